import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mysqlFlavours, readAudit, until, type SupervisedProcess, type TestMysql } from '../support/index.ts'
import { errnoOf, setMysqlStage, startPeople, type MysqlStage } from './mysql-setup.ts'

describe.each(mysqlFlavours())('a login before %s', (flavour) => {
  let mysql: TestMysql
  let stage: MysqlStage
  let agent: SupervisedProcess

  beforeAll(async () => {
    mysql = await startPeople(flavour)
    stage = await setMysqlStage(mysql, { agent: { limits: { connect_timeout: '4s' } } })
    agent = stage.sallyport.agents[0]!
  })

  beforeEach(async () => {
    if (agent.child.signalCode !== null) agent = await stage.sallyport.startAgent()
  })

  afterEach(() => {
    // Whatever a test came to, the next finds a server that speaks.
    process.kill(mysql.pid, 'SIGCONT')
  })

  afterAll(async () => {
    await stage?.stop()
    await mysql?.stop()
  })

  /** A login that has come as far as the database, which says nothing: `SIGCONT` lets it speak again. */
  const begin = async (on = stage): Promise<{ readonly outcome: Promise<string> }> => {
    const admitted = async (): Promise<number> =>
      (await readAudit(on.sallyport.auditDirectory)).filter(({ type, result }) => type === 'login' && result === 'ok')
        .length
    const before = await admitted()
    process.kill(mysql.pid, 'SIGSTOP')
    const outcome = on.connect().then(
      () => 'no error',
      ({ errno, code, message }: { errno?: number; code?: string; message: string }) => `${errno ?? code}: ${message}`,
    )
    await until(async () => (await admitted()) > before, { what: 'the agent to be asked' })
    return { outcome }
  }

  const works = async (): Promise<void> => {
    const client = await stage.connect()
    expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await client.end()
    await stage.noBackends()
  }

  it('that loses its agent is an error that says so', async () => {
    const { outcome } = await begin()
    await agent.kill('SIGKILL')
    expect(await outcome).toMatch(/^1053: .*agent/)
    process.kill(mysql.pid, 'SIGCONT')
    await stage.noBackends()
  })

  it('that loses its gateway ends, and leaves no backend', async () => {
    const brief = await setMysqlStage(mysql)
    try {
      const { outcome } = await begin(brief)
      await brief.sallyport.gateway.kill('SIGKILL')
      expect(await outcome).not.toBe('no error')
      process.kill(mysql.pid, 'SIGCONT')
      await stage.noBackends()
    } finally {
      await brief.stop()
    }
  })

  it('that loses its database is an error that says so', async () => {
    const { outcome } = await begin()
    await mysql.kill('SIGKILL')
    expect(await outcome).toMatch(/^1053: .*database/)
    await mysql.restart()
    await works()
  })

  it('to a database that says nothing is an error in time', async () => {
    const { outcome } = await begin()
    expect(await outcome).toMatch(/^1053: .*database/)
    process.kill(mysql.pid, 'SIGCONT')
    await works()
  })

  it('to a database that is down is an error that says so', async () => {
    await mysql.kill('SIGKILL')
    await expect(stage.connect()).rejects.toThrow(/database/)
    expect(await errnoOf(stage.connect())).toBe(1053)
    await mysql.restart()
    await works()
  })

  it('without an agent is an error that says so, and a new agent is taken up', async () => {
    await agent.kill('SIGKILL')
    await until(async () => (await stage.sallyport.fetch('/readyz')).status === 503, {
      what: 'the gateway to miss its agent',
    })
    await expect(stage.connect()).rejects.toThrow(/agent/)
    expect(await errnoOf(stage.connect())).toBe(1053)
    agent = await stage.sallyport.startAgent()
    await until(async () => (await stage.sallyport.fetch('/readyz')).status === 200, { what: 'the new agent' })
    await works()
  })

  it('whose client leaves in the middle leaves nothing behind', async () => {
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
