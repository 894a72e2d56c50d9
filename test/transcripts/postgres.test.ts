import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ANYTHING,
  postgresVersions,
  startPostgres,
  startSallyport,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'
import { readTranscripts } from './parse.ts'
import { messageOf, play, type Place } from './postgres.ts'
import { replay } from './replay.ts'

const transcripts = readTranscripts(`${import.meta.dirname}/cases/postgres`, messageOf)

it('there are at least sixty transcripts', () => {
  expect(transcripts.length).toBeGreaterThanOrEqual(60)
})

describe.each(postgresVersions())('PostgreSQL %s', (version) => {
  let postgres: TestPostgres
  let sallyport: TestSallyport
  let direct: Place
  let through: Place

  beforeAll(async () => {
    postgres = await startPostgres({ version, hba: ['host all all 127.0.0.1/32 trust'] })
    const target = { host: postgres.host, port: postgres.port, database: 'postgres' }
    sallyport = await startSallyport({
      connections: [
        { name: 'everything', target, user: postgres.user, password: postgres.password, guardrails: ['anything'] },
      ],
      // What a statement does is no concern here, so even what cannot be told may run.
      guardrails: ANYTHING,
    })
    direct = { ...target, user: postgres.user }
    through = {
      host: sallyport.host,
      port: sallyport.port,
      user: 'everything',
      database: 'postgres',
      password: sallyport.token,
    }
  })

  afterAll(async () => {
    await sallyport?.stop()
    await postgres?.stop()
  })

  it.each(transcripts.map((transcript) => [transcript.title, transcript] as const))('%s', async (_, transcript) => {
    const wanted = await replay(play(direct, transcript), transcript)
    expect(await replay(play(through, transcript), transcript)).toEqual(wanted)
  })
})
