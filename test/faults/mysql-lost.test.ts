import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { Readable } from 'node:stream'
import type { Connection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mysqlFlavours, until, type TestMysql } from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

/** What a client may be in the middle of, begun on a fresh session; the promise settles when the client learns how it ended. */
const MIDST: Readonly<Record<string, (client: Connection) => Promise<unknown>>> = {
  'a result': (client) =>
    client.query("SELECT REPEAT('x', 1000) FROM people AS a, people AS b, people AS c, people AS d"),
  'a transaction': async (client) => {
    await client.query('BEGIN')
    await client.query("UPDATE people SET name = 'changed' WHERE id = 1")
    await client.query('SELECT SLEEP(60)')
  },
  'a LOAD DATA LOCAL': async (client) => {
    const endless = new Readable({ read: () => undefined })
    endless.push(Buffer.from('100001\tnever there\t\n'))
    await client.query({
      sql: "LOAD DATA LOCAL INFILE 'people' INTO TABLE people",
      infileStreamFactory: () => endless,
    } as never)
  },
}

const LOST: ReadonlySet<number | string> = new Set([1053, 2013, 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'])
const CRASHED: ReadonlySet<number | string> = new Set([...LOST, 1927, 1317])

describe.each(mysqlFlavours())('before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage

  beforeAll(async () => {
    mysql = await startPeople(flavour)
  })

  afterAll(async () => {
    await mysql?.stop()
  })

  beforeEach(async () => {
    stage = await setMysqlStage(mysql)
  })

  afterEach(async () => {
    await stage?.stop()
  })

  const begin = async (what: string): Promise<{ outcome: Promise<number | string>; client: Connection }> => {
    const client = await stage.connect()
    const outcome = errnoOf(MIDST[what]?.(client) ?? Promise.reject(new Error(what)))
    await until(async () => (await stage.ours()).some(({ info }) => info !== null && /SLEEP|REPEAT|LOAD/.test(info)), {
      what: 'the statement',
    })
    return { outcome, client }
  }

  const nothingChanged = async (): Promise<void> => {
    expect(await mysql.query("SELECT COUNT(*) AS n FROM people WHERE name = 'changed' OR id > 100000")).toEqual([
      { n: 0 },
    ])
  }

  describe.each(Object.keys(MIDST))('in the middle of %s', (what) => {
    it('a lost agent is an error that says so, and the backend is gone', async () => {
      const { outcome } = await begin(what)
      await stage.sallyport.agents[0]?.kill('SIGKILL')
      expect(LOST).toContain(await outcome)
      await stage.noBackends()
      await nothingChanged()
    })

    it('a lost gateway ends the connection, and the agent frees the backend', async () => {
      const { outcome } = await begin(what)
      await stage.sallyport.gateway.kill('SIGKILL')
      expect(LOST).toContain(await outcome)
      await stage.noBackends()
      await nothingChanged()
    })

    it('a database that crashes is a clear error, and the next session works when it is back', async () => {
      const { outcome } = await begin(what)
      await mysql.kill('SIGKILL')
      expect(CRASHED).toContain(await outcome)
      await mysql.restart()
      await nothingChanged()
      const next = await stage.connect()
      expect((await next.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
      await next.end()
    })

    it('a client that dies frees its backend at once', async () => {
      const { outcome, client } = await begin(what)
      // No goodbye: the socket is reset.
      ;(
        client as unknown as { connection: { stream: { resetAndDestroy: () => void } } }
      ).connection.stream.resetAndDestroy()
      await stage.noBackends()
      expect(await outcome).not.toBe(0)
      await nothingChanged()
      expect((await stage.sallyport.verifyAudit()).verification.ok).toBe(true)
    })
  })

  describe('during a login', () => {
    it('no agent is an error that says so, and a new agent is taken up', async () => {
      await stage.sallyport.agents[0]?.kill('SIGKILL')
      await until(async () => (await stage.sallyport.fetch('/readyz')).status === 503, {
        what: 'the gateway to miss its agent',
      })
      await expect(stage.connect()).rejects.toThrow(/agent/i)
      await stage.sallyport.startAgent()
      await until(async () => (await stage.sallyport.fetch('/readyz')).status === 200, { what: 'the new agent' })
      const client = await stage.connect()
      expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
      await client.end()
    })

    it('a database that is down is a clear error', async () => {
      await mysql.kill('SIGKILL')
      await expect(stage.connect()).rejects.toThrow(/database|connect|reach/i)
      await mysql.restart()
      const client = await stage.connect()
      await client.end()
    })

    it('a client that leaves in the middle leaves nothing behind', async () => {
      const socket = connectSocket(stage.sallyport.mysqlPort, stage.sallyport.host)
      await once(socket, 'data')
      socket.write(Buffer.from([60, 0, 0, 1, 0]))
      socket.destroy()
      await stage.noBackends()
      expect((await stage.sallyport.fetch('/metrics')).text).toMatch(
        /^sallyport_sessions\{engine="mysql"\} 0$|^(?!.*sallyport_sessions\{engine="mysql")/ms,
      )
    })
  })

  it('a killed agent in half-open silence is given up', async () => {
    const client = await stage.connect()
    const running = errnoOf(client.query('SELECT SLEEP(60)'))
    await until(async () => (await stage.ours()).some(({ info }) => info?.includes('SLEEP') === true))
    stage.sallyport.agents[0]?.child.kill('SIGSTOP')
    expect(LOST).toContain(await running)
    stage.sallyport.agents[0]?.child.kill('SIGCONT')
    await stage.noBackends()
  })
})
