import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ANYTHING,
  mysqlFlavours,
  mysqlGreeting,
  openMysqlWire,
  startMysqlServer,
  startSallyport,
  type MysqlWireOptions,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'
import { DIALECTS, isFor, messageOf, play, sessionOf } from './mysql.ts'
import { readTranscripts } from './parse.ts'
import { replay } from './replay.ts'

const transcripts = readTranscripts(`${import.meta.dirname}/cases/mysql`, messageOf)

it('there are at least sixty transcripts', () => {
  expect(transcripts.length).toBeGreaterThanOrEqual(60)
})

describe.each(mysqlFlavours())('%s', (flavour) => {
  let mysql: TestMysql
  let sallyport: TestSallyport
  let direct: MysqlWireOptions
  let through: MysqlWireOptions

  beforeAll(async () => {
    mysql = await startMysqlServer(flavour, { tls: true })
    const { host, port, user, password, database } = mysql
    const behind = { engine: 'mysql', user, password, guardrails: ['anything'], allowLocalInfile: true } as const
    const target = { host, port, database, tls: 'verify-full', ca: 'file:db-ca.pem' }
    sallyport = await startSallyport({
      connections: [{ ...behind, name: 'everything', target }],
      // What a statement does, and how long it is, is no concern here.
      guardrails: ANYTHING,
      gateway: { limits: LIMITS },
      agent: { limits: LIMITS },
      files: { 'db-ca.pem': mysql.authority?.cert ?? '' },
    })
    direct = { port, user, password, database }
    through = { port: sallyport.mysqlPort, user: 'everything', password: sallyport.token, database, clear: true }
  })

  afterAll(async () => {
    await sallyport?.stop()
    await mysql?.stop()
  })

  it('the greeting is that of the server behind it, and the session speaks the same', async () => {
    const [behind, before] = [await mysqlGreeting(mysql.port), await mysqlGreeting(sallyport.mysqlPort)]
    expect(before.serverVersion).toBe(behind.serverVersion)
    expect(before.characterSet).toBe(behind.characterSet)
    const [straight, relayed] = [await openMysqlWire(direct), await openMysqlWire(through)]
    expect(relayed.login.capabilities).toEqual(straight.login.capabilities)
    expect(relayed.login.status).toBe(straight.login.status)
    expect(relayed.login.sessionState).toEqual(straight.login.sessionState)
    expect(straight.login.sessionState?.length).toBeGreaterThan(0)
    straight.destroy()
    relayed.destroy()
  })

  describe.each(DIALECTS[flavour])('a %s client', (dialect) => {
    const played = transcripts.filter((transcript) => isFor(flavour, dialect, transcript))

    it.each(played.map((transcript) => [transcript.title, transcript] as const))('%s', async (_, transcript) => {
      const session = sessionOf(dialect)
      const wanted = await replay(play({ ...direct, ...session }, transcript), transcript)
      expect(await replay(play({ ...through, ...session }, transcript), transcript)).toEqual(wanted)
    })
  })
})

const LIMITS = { message_bytes: '64MiB', statement_bytes: '64MiB' }
