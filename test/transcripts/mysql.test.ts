import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, startMysqlServer, type MysqlWireOptions, type TestMysql } from '../support/index.ts'
import { isFor, messageOf, play, without, type Dialect } from './mysql.ts'
import { readTranscripts } from './parse.ts'
import { replay } from './replay.ts'

const transcripts = readTranscripts(`${import.meta.dirname}/cases/mysql`, messageOf)

it('there are at least sixty transcripts', () => {
  expect(transcripts.length).toBeGreaterThanOrEqual(60)
})

describe.each(mysqlFlavours())('%s', (flavour) => {
  let mysql: TestMysql
  let direct: MysqlWireOptions

  beforeAll(async () => {
    mysql = await startMysqlServer(flavour)
    direct = { port: mysql.port, user: mysql.user, password: mysql.password, database: mysql.database }
  })

  afterAll(async () => {
    await mysql?.stop()
  })

  describe.each(['modern', 'classic'] satisfies Dialect[])('a %s client', (dialect) => {
    const played = transcripts.filter((transcript) => isFor(flavour, dialect, transcript))

    it.each(played.map((transcript) => [transcript.title, transcript] as const))('%s', async (_, transcript) => {
      const place = { ...direct, ...without(dialect) }
      const wanted = await replay(play(place, transcript), transcript)
      expect(await replay(play(place, transcript), transcript)).toEqual(wanted)
    })
  })
})
