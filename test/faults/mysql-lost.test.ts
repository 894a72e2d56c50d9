import { Readable } from 'node:stream'
import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  mysqlFlavours,
  mysqlInstallation,
  startMysqlProgram,
  until,
  type SupervisedProcess,
  type TestMysql,
} from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

/** What a client may be in the middle of, begun on a fresh session; the promise settles when the client learns how it ended. */
const MIDST: Readonly<Record<string, (client: Connection, begun: () => void) => Promise<unknown>>> = {
  'a result': (client, begun) =>
    new Promise((_, reject) => {
      const query = callbacksOf(client).query("SELECT REPEAT('x', 10000) FROM people AS a, people AS b")
      query.once('result', begun)
      query.once('error', reject)
      client.once('error', reject)
    }),
  'a transaction': async (client, begun) => {
    await client.query('BEGIN')
    await client.query("UPDATE people SET name = 'changed' WHERE id = 1")
    begun()
    await client.query('SELECT SLEEP(60)')
  },
  'a LOAD DATA LOCAL': (client, begun) => {
    const endless = new Readable({ read: begun })
    endless.push(Buffer.from('100001\tnever there\t\n'))
    const infileStreamFactory = (): Readable => endless
    return client.query({ sql: "LOAD DATA LOCAL INFILE 'people' INTO TABLE people", infileStreamFactory } as never)
  },
}

const PROGRAMS = mysqlFlavours().filter((flavour) => mysqlInstallation(flavour)?.program('client') !== undefined)

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage
  let agent: SupervisedProcess

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql)
    agent = stage.sallyport.agents[0]!
  })

  beforeEach(async () => {
    if (agent.child.signalCode !== null) agent = await stage.sallyport.startAgent()
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  const begin = async (
    what: string,
    on = stage,
  ): Promise<{ outcome: Promise<number | string>; client: Connection }> => {
    const client = await on.connect()
    let outcome = Promise.resolve<number | string>('nothing')
    await new Promise<void>((begun) => {
      outcome = errnoOf(MIDST[what]?.(client, begun) ?? Promise.reject(new Error(what)))
    })
    await until(async () => (await on.ours()).some(({ info }) => info !== null && /SLEEP|REPEAT|LOAD/.test(info)), {
      what: 'the statement',
    })
    return { outcome, client }
  }

  const nothingChanged = async (): Promise<void> => {
    const query = "SELECT COUNT(*) AS n FROM people WHERE name = 'changed' OR id > 100000"
    expect(await mysql.query(query)).toEqual([{ n: 0 }])
  }

  describe.each(Object.keys(MIDST))('in the middle of %s', (what) => {
    it('a lost agent is an error that says so, and the backend is gone', async () => {
      const { outcome } = await begin(what)
      await agent.kill('SIGKILL')
      expect(lost(what)).toContain(await outcome)
      await stage.noBackends()
      await nothingChanged()
    })

    it('a lost gateway ends the connection, and the agent frees the backend', async () => {
      const brief = await setMysqlStage(mysql)
      try {
        const { outcome } = await begin(what, brief)
        await brief.sallyport.gateway.kill('SIGKILL')
        expect(HUNG_UP).toContain(await outcome)
        await brief.noBackends()
        await nothingChanged()
      } finally {
        await brief.stop()
      }
    })

    it('a database that crashes is a clear error, and the next session works when it is back', async () => {
      const { outcome } = await begin(what)
      await mysql.kill('SIGKILL')
      expect(lost(what)).toContain(await outcome)
      await mysql.restart()
      await nothingChanged()
      const next = await stage.connect()
      expect((await next.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
      await next.end()
    })

    it('a client that dies frees its backend at once', async () => {
      const { outcome, client } = await begin(what)
      // No goodbye: the socket is reset.
      callbacksOf(client).stream.resetAndDestroy()
      await stage.noBackends()
      expect(await outcome).not.toBe(0)
      await nothingChanged()
    })

    it('a client that closes only its own way frees its backend, too', async () => {
      const { outcome, client } = await begin(what)
      callbacksOf(client).stream.end()
      await stage.noBackends()
      expect(await outcome).not.toBe(0)
      await nothingChanged()
    })
  })

  it.each(PROGRAMS)('the program of %s reads the loss of an agent as an error', async (program) => {
    const input = `SELECT SLEEP(60) AS ${program};\n`
    const running = await startMysqlProgram(stage.login(), { flavour: program, program: 'client', input })
    await until(async () => (await stage.ours()).some(({ info }) => info?.endsWith(program) === true))
    await agent.kill('SIGKILL')
    const { stderr } = await running.ended
    expect(stderr).toMatch(/^ERROR 1053 \(08S01\) at line 1: the agent that served this session was lost/m)
  })

  it('nothing is left of all that, and the log is whole', async () => {
    await stage.noBackends()
    expect((await stage.sallyport.verifyAudit()).verification.ok).toBe(true)
  })
})

/** A result may be lost in the middle of a packet, where no error can follow; elsewhere the client is told: ER_SERVER_SHUTDOWN. */
function lost(what: string): readonly (number | string)[] {
  return what === 'a result' ? [1053, ...HUNG_UP] : [1053]
}

interface Callbacks {
  readonly query: (sql: string) => NodeJS.EventEmitter
  readonly stream: { readonly resetAndDestroy: () => void; readonly end: () => void }
}

/** What is below the promises of the driver. */
function callbacksOf(client: Connection): Callbacks {
  return (client as unknown as { connection: Callbacks }).connection
}

const HUNG_UP: readonly (number | string)[] = ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE']
