import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { type Relay, runAgent, type RunningAgent, startAgent } from '@sallyport/agent'
import { type AgentConfig, type AgentConnection, Secret } from '@sallyport/config'
import { NO_RULES } from '@sallyport/masking'
import { decodeBackend, encodeFrontend, MessageReader } from '@sallyport/pg-wire'
import {
  authenticateKnown,
  type GatewaySession,
  listenTunnel,
  type SessionOpen,
  type TunnelServer,
} from '@sallyport/tunnel'
import { type Logger, pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres, until } from '../support/index.ts'

const PASSWORD = 'a password that no log may show'
const TOKEN = 'token.that-no-log-may-show'
const clock = { now: () => BigInt(Date.now()) * 1_000_000n, monotonicMs: () => performance.now() }

/** Carries bytes and judges nothing. */
const bare: Relay = ({ session, database, ready, cancel }) =>
  new Promise((resolve) => {
    session.ready(ready)
    session.handle({
      onData: (chunk) => database.socket.write(chunk),
      onControl: (message) => {
        if (message.type === 'cancel') void cancel()
      },
      onDrain: () => database.socket.resume(),
      onClosed: () => resolve(),
    })
    database.socket.on('data', (chunk: Buffer) => {
      if (!session.send(chunk)) database.socket.pause()
    })
    database.socket.on('close', () => session.end())
  })

/** No session of this engine is opened here. */
const refused = (): Promise<void> => Promise.reject(new Error('no MySQL here'))

describe('an agent', () => {
  let server: TestPostgres
  let gateway: TunnelServer
  let agent: RunningAgent
  let logged = ''
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-agent-'))

  function connection(name: string, change: Partial<AgentConnection> = {}): AgentConnection {
    const ca = server.authority?.cert
    return {
      name,
      engine: 'postgres',
      target: { host: '127.0.0.1', port: server.port, database: 'postgres', tls: 'verify-full', ca, own: undefined },
      credentials: { source: 'env', user: 'SHOP_USER', password: 'SHOP_PASSWORD' },
      floor: { readOnly: true, statementTimeoutMs: 7000, masking: NO_RULES },
      functions: new Map(),
      ...change,
    }
  }

  function config(connections: readonly AgentConnection[], sessions = 100): AgentConfig {
    const { host, port } = gateway.address
    return {
      name: 'local',
      gateway: { addresses: [`${host}:${port}`], token: new Secret(TOKEN), tls: undefined },
      http: { host: '127.0.0.1', port: 0 },
      masking: { hashKey: undefined },
      connections,
      limits: {
        maskedRowBytes: 1_000_000,
        messageBytes: 1_000_000,
        statementBytes: 1_000_000,
        sessions,
        bufferBytes: 1_000_000,
        connectTimeoutMs: 5000,
        credentialsTimeoutMs: 5000,
        catalogTtlMs: 60_000,
        drainTimeoutMs: 200,
      },
      log: { level: 'info' },
    }
  }

  function request(name: string, change: Partial<SessionOpen> = {}): SessionOpen {
    return {
      sessionId: randomBytes(8).toString('hex'),
      connection: name,
      engine: 'postgres',
      gateway: 'test',
      identity: { subject: 'alice@example.com', email: '', groups: [], kind: 'human', method: 'token' },
      client: { application: 'psql', address: '127.0.0.1' },
      startup: new Map(),
      masking: new Uint8Array(),
      limits: { statementTimeoutMs: 0, idleTimeoutMs: 0 },
      maskingVersion: '',
      capabilities: [],
      ...change,
    }
  }

  function logger(): Logger {
    return pino({ level: 'trace' }, { write: (line: string) => (logged += line) })
  }

  async function start(relay: Relay, connections: readonly AgentConnection[], sessions?: number): Promise<void> {
    const environment = { SHOP_USER: 'shop', SHOP_PASSWORD: PASSWORD, WRONG: 'a wrong password no log may show' }
    agent = await runAgent(config(connections, sessions), {
      logger: logger(),
      clock,
      relays: { postgres: relay, mysql: refused },
      environment,
    })
    await until(() => agent.attached() === 1, { timeoutMs: 3000 }).catch((e) => {
      console.log(logged)
      throw e
    })
  }

  /** Opens a session on the agent. */
  function open(name: string, change?: Partial<SessionOpen>): Promise<GatewaySession> {
    return gateway.openSession(request(name, change), { agent: 'local' })
  }

  beforeAll(async () => {
    server = await startPostgres({ tls: true, users: [{ name: 'shop', password: PASSWORD }] })
    await server.query('ALTER SYSTEM SET log_min_messages = warning')
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    gateway = await listenTunnel({
      host: '127.0.0.1',
      port: 0,
      gateway: 'test',
      version: '0',
      authenticate: authenticateKnown([{ name: 'local', token: TOKEN }]),
      clock,
      randomBytes: (length) => randomBytes(length),
    })
    logged = ''
  })
  afterEach(async () => {
    await agent.close()
    await gateway.close()
    await until(async () => (await server.sessions()).length === 0, { what: 'the end of every backend' })
    if (/no.log.may.show/u.test(logged)) throw new Error('the log shows a secret')
  })

  it('opens a session as its floor, its gateway and its client want it', async () => {
    await start(bare, [connection('shop')])
    const startup = new Map([
      ['statement_timeout', '1h'],
      ['timezone', 'Asia/Tokyo'],
    ])
    const session = await open('shop', { startup, limits: { statementTimeoutMs: 3000, idleTimeoutMs: 0 } })
    const told = new Map(session.ready.parameters.map(({ name, value }) => [name, value]))
    expect(told.get('default_transaction_read_only')).toBe('on')
    expect(told.get('application_name')).toBe('sallyport:alice@example.com psql')
    expect(told.get('TimeZone')).toBe('Asia/Tokyo')
    expect(await ask(session, 'SHOW statement_timeout')).toEqual([['3s']])
    expect(await ask(session, 'RESET ALL; SHOW default_transaction_read_only')).toEqual([['on']])
    expect(agent.sessions()).toBe(1)
    session.end()
    await until(() => agent.sessions() === 0)
  })

  it('cancels what a session runs', async () => {
    await start(bare, [connection('shop')])
    const session = await open('shop')
    const cancelled = ask(session, 'SELECT pg_sleep(60)').catch((error: unknown) => String(error))
    await until(async () => (await server.sessions()).some(({ state }) => state === 'active'))
    session.control({ type: 'cancel' })
    expect(await cancelled).toContain('57014')
    session.end()
  })

  it.each([
    ['a connection it does not offer', 'nothing', {}, undefined],
    ['an engine it does not speak', 'shop', { engine: 'mysql' }, undefined],
    ['a role', 'shop', { startup: new Map([['role', 'postgres']]) }, '42501'],
    ['an encoding that blinds the guard', 'shop', { startup: new Map([['client_encoding', 'SJIS']]) }, '42501'],
    ['credentials the environment lacks', 'missing', {}, '08001'],
    ['a wrong password', 'wrong', {}, '08004'],
    ['a database that is away', 'away', {}, '08001'],
    ['a time zone that does not exist', 'shop', { startup: new Map([['timezone', 'Mars/Olympus']]) }, '22023'],
  ])('refuses %s, and says no more than the user needs', async (_, name, change, sqlState) => {
    const wrong = { source: 'env', user: 'SHOP_USER', password: 'WRONG' } as const
    const missing = { source: 'env', user: 'SHOP_USER', password: 'NOT_THERE' } as const
    const target = { ...connection('x').target, port: 1 }
    await start(bare, [
      connection('shop'),
      connection('wrong', { credentials: wrong }),
      connection('missing', { credentials: missing }),
      connection('away', { target }),
    ])
    const error = await open(name, change).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Error)
    expect((error as { failure?: { sqlState: string } }).failure?.sqlState).toBe(sqlState)
    expect(JSON.stringify(error) + String(error)).not.toMatch(/127\.0\.0\.1|SHOP_USER|NOT_THERE|no log may show/u)
  })

  it('has no more sessions than it may', async () => {
    await start(bare, [connection('shop')], 1)
    const first = await open('shop')
    await expect(open('shop')).rejects.toMatchObject({ failure: { sqlState: '53300', retryable: true } })
    first.end()
    await until(() => agent.sessions() === 0)
    const second = await open('shop')
    second.end()
  })

  it('lets go of the database and the credentials when the client is gone during the login', async () => {
    const pid = join(directory, 'pid')
    const script = join(directory, 'slow.sh')
    writeFileSync(script, `#!/bin/sh\necho $$ > ${pid}.new; mv ${pid}.new ${pid}; sleep 600\n`, { mode: 0o700 })
    await start(bare, [connection('slow', { credentials: { source: 'exec', command: [script], timeoutMs: 60_000 } })])
    const controller = new AbortController()
    const opening = gateway.openSession(request('slow'), { agent: 'local', signal: controller.signal })
    const opened = opening.catch((error: unknown) => error)
    await until(() => agent.sessions() === 1)
    controller.abort()
    expect(await opened).toBeInstanceOf(Error)
    await until(() => agent.sessions() === 0)
  })

  it('refuses when the relay does before it is ready, and fails the session when it does later', async () => {
    let late = false
    const broken: Relay = ({ session, ready }) => {
      if (late) session.ready(ready)
      return Promise.reject(new Error(`quotes a value: no log may show this`))
    }
    await start(broken, [connection('shop')])
    await expect(open('shop')).rejects.toMatchObject({ failure: { code: 'internal', sqlState: 'XX000' } })
    late = true
    const session = await open('shop')
    const failed = new Promise((resolve) => {
      session.handle({ onData: () => {}, onControl: resolve, onDrain: () => {}, onClosed: () => {} })
    })
    expect(await failed).toMatchObject({ type: 'failed', code: 'internal' })
  })

  it('masks by its floor when the gateway sends no rule', async () => {
    await server.query('CREATE TABLE people (name text, ssn text)')
    await server.query("INSERT INTO people VALUES ('Ada', '123-45-6789')")
    await server.query('GRANT SELECT ON people TO shop')
    const masking = { columns: [{ match: '*.people.ssn', strategy: 'redact' }] } as const
    const credentials = { source: 'files', user: { name: 'shop' }, password: join(directory, 'password') } as const
    writeFileSync(credentials.password, `${PASSWORD}\n`, { mode: 0o600 })
    const floor = { readOnly: true, statementTimeoutMs: 0, masking }
    agent = await startAgent(config([connection('shop', { floor, credentials })]), { logger: logger(), clock })
    await until(() => agent.attached() === 1)
    const session = await open('shop')
    expect(await ask(session, 'SELECT name FROM people')).toEqual([['Ada']])
    for (const query of ['SELECT ssn AS x FROM people', 'SELECT upper(ssn) FROM people', 'SELECT p FROM people p']) {
      expect(JSON.stringify(await ask(session, query))).not.toContain('6789')
    }
    expect(await ask(session, 'DROP TABLE people').catch(String)).toContain('42501')
    session.end()
  })

  it('tells of its health and counts its sessions over HTTP', async () => {
    await start(bare, [connection('shop')])
    const session = await open('shop')
    await expect(open('shop', { startup: new Map([['role', 'x']]) })).rejects.toThrow(/setting/u)
    const fetched = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${agent.http?.port}${path}`)
      return `${response.status} ${await response.text()}`
    }
    expect(await fetched('/healthz')).toBe('200 ok\n')
    expect(await fetched('/readyz')).toBe('200 ready\n')
    expect(await fetched('/etc/passwd')).toBe('404 not found\n')
    const metrics = await fetched('/metrics')
    expect(metrics).toContain('sallyport_agent_sessions 1')
    expect(metrics).toContain('sallyport_agent_session_open_seconds_count{connection="shop"} 1')
    expect(metrics).toContain('sallyport_agent_sessions_failed_total{connection="shop",code="refused-startup"} 1')
    session.end()
    await gateway.close()
    await until(() => agent.attached() === 0)
    expect(await fetched('/readyz')).toBe('503 attached to no gateway\n')
  })

  it('opens sessions as a new configuration says, and keeps those that are open', async () => {
    await start(bare, [connection('shop')])
    const session = await open('shop')
    const writable = { readOnly: false, statementTimeoutMs: 0, masking: NO_RULES }
    agent.reload(config([connection('other', { floor: writable })]))
    await until(() => gateway.agents()[0]?.connections[0]?.name === 'other')
    await expect(open('shop')).rejects.toThrow(/shop/u)
    const other = await open('other')
    expect(await ask(other, 'SHOW default_transaction_read_only')).toEqual([['off']])
    expect(await ask(session, 'SHOW default_transaction_read_only')).toEqual([['on']])
    session.end()
    other.end()
  })

  it('dials anew when the configuration names other gateways, and drains the old tunnel', async () => {
    await start(bare, [connection('shop')])
    const session = await open('shop')
    const old = gateway
    gateway = await listenTunnel({
      host: '127.0.0.1',
      port: 0,
      gateway: 'second',
      version: '0',
      authenticate: authenticateKnown([{ name: 'local', token: TOKEN }]),
      clock,
      randomBytes: (length) => randomBytes(length),
    })
    agent.reload(config([connection('shop')]))
    await until(() => gateway.agents().length === 1)
    const second = await open('shop')
    expect(await ask(second, 'SELECT 1')).toEqual([['1']])
    second.end()
    session.end()
    await until(() => old.agents().length === 0)
    await old.close()
  })

  it('refuses a configuration whose gateway is not safe to dial, and stays as it is', async () => {
    await start(bare, [connection('shop')])
    const unsafe = config([connection('shop')])
    expect(() =>
      agent.reload({ ...unsafe, gateway: { ...unsafe.gateway, addresses: ['gateway.example.com:8701'] } }),
    ).toThrow(/gateway\.example\.com/u)
    const session = await open('shop')
    session.end()
  })
})

/** Runs a simple query through a session and returns its rows as text; throws the SQLSTATE of an error. */
function ask(session: GatewaySession, query: string): Promise<string[][]> {
  const reader = new MessageReader({ maxMessageBytes: 1_000_000, side: 'backend' })
  return new Promise((resolve, reject) => {
    const rows: string[][] = []
    session.handle({
      onData: (chunk) => {
        reader.push(chunk)
        for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
          const message = decodeBackend(raw)
          if (message.type === 'DataRow') {
            rows.push(message.values.map((value) => Buffer.from(value ?? []).toString()))
          } else if (message.type === 'ErrorResponse') {
            reject(new Error(message.fields.find(({ code }) => code === 'C')?.value))
          } else if (message.type === 'ReadyForQuery') resolve(rows)
        }
      },
      onControl: () => {},
      onDrain: () => {},
      onClosed: () => reject(new Error('closed')),
    })
    session.send(encodeFrontend({ type: 'Query', query }))
  })
}
