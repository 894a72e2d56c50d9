import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import type { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { codeOf, ours, setStage, type Stage } from './setup.ts'

let stage: Stage

beforeEach(async () => {
  stage = await setStage()
})

afterEach(async () => {
  await stage?.stop()
})

/** What a client may be in the middle of, begun on a fresh session; the promise settles when the client learns how it ended. */
const MIDST: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  'a result': (client) => client.query("SELECT repeat('x', 1000) FROM generate_series(1, 100000000)"),
  'a transaction': async (client) => {
    await client.query('BEGIN')
    await client.query("UPDATE people SET name = 'changed' WHERE id = 1")
    await client.query('SELECT pg_sleep(60)')
  },
  'a COPY to the database': async (client) => {
    const copy = client.query(copyFrom('COPY people (id, name) FROM STDIN'))
    copy.write('100001\tnever there\n')
    await once(copy, 'error').then(([error]) => Promise.reject(error as Error))
  },
}

async function begin(what: string): Promise<{ readonly outcome: Promise<string>; readonly client: Client }> {
  const client = await stage.connect()
  const outcome = codeOf(MIDST[what]?.(client) ?? Promise.reject(new Error(what)))
  await until(async () => (await ours(stage.postgres)).some(({ state }) => state === 'active'), {
    what: 'the statement',
  })
  return { outcome, client }
}

async function nothingChanged(): Promise<void> {
  expect(
    await stage.postgres.query("SELECT count(*)::int AS n FROM people WHERE name = 'changed' OR id > 100000"),
  ).toEqual([{ n: 0 }])
}

describe.each(Object.keys(MIDST))('in the middle of %s', (what) => {
  it('a lost agent is an error 08006, and the backend is gone', async () => {
    const { outcome } = await begin(what)
    await stage.sallyport.agents[0]?.kill('SIGKILL')
    expect(await outcome).toMatch(/^08006$|terminated unexpectedly/)
    await stage.noBackends()
    await nothingChanged()
  })

  it('a lost gateway ends the connection, and the agent frees the backend', async () => {
    const { outcome } = await begin(what)
    await stage.sallyport.gateway.kill('SIGKILL')
    expect(await outcome).not.toBe('no error')
    await stage.noBackends()
    await nothingChanged()
  })

  it('a database that crashes is a clear error, and the next session works when it is back', async () => {
    const { outcome } = await begin(what)
    await stage.postgres.kill('SIGQUIT')
    expect(await outcome).toMatch(/^(57P0\d|08006)$|terminated unexpectedly/)
    await stage.postgres.restart()
    await nothingChanged()
    const next = await stage.connect()
    expect((await next.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await next.end()
  })

  it('a client that dies frees its backend at once', async () => {
    const { outcome, client } = await begin(what)
    // No goodbye: the socket is reset.
    ;(
      client as unknown as { connection: { stream: { resetAndDestroy: () => void } } }
    ).connection.stream.resetAndDestroy()
    await stage.noBackends()
    expect(await outcome).not.toBe('no error')
    await nothingChanged()
    expect((await stage.sallyport.verifyAudit()).verification.ok).toBe(true)
  })
})

describe('during a login', () => {
  it('no agent is an error 08001 that says so, and a new agent is taken up', async () => {
    await stage.sallyport.agents[0]?.kill('SIGKILL')
    await until(async () => (await stage.sallyport.fetch('/readyz')).status === 503, {
      what: 'the gateway to miss its agent',
    })
    expect(await codeOf(stage.connect())).toBe('08001')
    await stage.sallyport.startAgent()
    await until(async () => (await stage.sallyport.fetch('/readyz')).status === 200, { what: 'the new agent' })
    const client = await stage.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('a database that is down is a clear error', async () => {
    await stage.postgres.kill('SIGQUIT')
    expect(await codeOf(stage.connect())).toBe('08001')
    await stage.postgres.restart()
    const client = await stage.connect()
    await client.end()
  })

  it('a client that leaves in the middle leaves nothing behind', async () => {
    const socket = connectSocket(stage.sallyport.port, stage.sallyport.host)
    await once(socket, 'connect')
    socket.write(Buffer.from([0, 0, 0, 60]))
    socket.destroy()
    await stage.noBackends()
    expect((await stage.sallyport.fetch('/metrics')).text).toMatch(
      /^sallyport_sessions\{engine="postgres"\} 0$|^(?!.*sallyport_sessions\{)/ms,
    )
  })
})
