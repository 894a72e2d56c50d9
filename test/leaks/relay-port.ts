import { UNTOLD_USER_CODE } from '@sallyport/tunnel'
import { longTextReader } from '@sallyport/sql-worker'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import {
  cancelBackend,
  createRelay,
  DEFAULT_CATALOG_BOUNDS,
  openCatalog,
  openDatabase,
  type OpenedSession,
  Password,
  sessionSettings,
} from '@sallyport/agent'
import { type MaskingRules, NO_RULES } from '@sallyport/masking'
import { decodeStartupPacket, encodeBackend, StartupPacketReader } from '@sallyport/pg-wire'
import { loadPostgres, NO_USER_CODE, StatementCache } from '@sallyport/sql'
import type { AgentControl, GatewayControl, Redaction } from '@sallyport/tunnel'
import { pino } from 'pino'
import type { TestPostgres } from '../support/postgres.ts'
import { SocketSession } from './socket-session.ts'

export interface RelayPortOptions {
  readonly postgres: Pick<TestPostgres, 'port'>
  readonly user: string
  readonly password: string
  readonly database?: string
  readonly rules?: MaskingRules
  readonly floor?: { readonly readOnly: boolean; readonly masking?: MaskingRules }
  readonly limits?: Partial<OpenedSession['limits']>
  readonly hashKey?: string
}

/** An agent's relay behind a port of its own: what a client sees when the agent is the only thing between it and the database. */
export interface RelayPort {
  readonly port: number
  /** What the relay reported as hidden. */
  readonly redactions: Redaction[]
  readonly failures: (AgentControl & { readonly type: 'failed' })[]
  /** Sends a control message to every session. */
  readonly control: (message: GatewayControl) => void
  readonly stop: () => Promise<void>
}

export async function startRelayPort(options: RelayPortOptions): Promise<RelayPort> {
  const analyser = await loadPostgres()
  const readLongText = longTextReader({}).analyse
  const relay = createRelay({ analyser, cache: new StatementCache(), readLongText, clock: CLOCK })
  const target = {
    host: '127.0.0.1',
    port: options.postgres.port,
    database: options.database ?? 'postgres',
    tls: 'disable',
    ca: undefined,
    own: undefined,
  } as const
  const lease = () => ({ user: options.user, password: new Password(options.password) })
  const catalog = openCatalog({
    connect: (signal) =>
      openDatabase(
        { target, lease: lease(), settings: new Map([['search_path', 'pg_catalog']]), timeoutMs: 10_000 },
        signal,
      ),
    ttlMs: 60_000,
    minRefreshMs: 1000,
    timeoutMs: 20_000,
    bounds: DEFAULT_CATALOG_BOUNDS,
    clock: CLOCK,
  })
  const redactions: Redaction[] = []
  const failures: RelayPort['failures'] = []
  const sessions = new Set<SocketSession>()
  const running = new Set<Promise<void>>()

  const serve = async (socket: Socket): Promise<void> => {
    const startup = await readStartup(socket)
    if (startup === undefined) return
    const session = new SocketSession(socket, {
      engine: 'postgres',
      startup,
      rules: options.rules ?? NO_RULES,
      onReady: (ready) => {
        socket.write(encodeBackend({ type: 'AuthenticationOk' }))
        for (const { name, value } of ready.parameters) {
          socket.write(encodeBackend({ type: 'ParameterStatus', name, value }))
        }
        socket.write(encodeBackend({ type: 'ReadyForQuery', status: 'idle' }))
      },
      onControl: (message) => {
        if (message.type === 'report') redactions.push(...message.redactions)
        if (message.type === 'failed') failures.push(message)
      },
    })
    sessions.add(session)
    const floor = { readOnly: false, statementTimeoutMs: 0, masking: NO_RULES, ...options.floor }
    const settings = sessionSettings({
      startup: session.open.startup,
      floor,
      statementTimeoutMs: 0,
      subject: 'alice',
      application: 'test',
    })
    const database = await openDatabase({ target, lease: lease(), settings, timeoutMs: 10_000 }, session.signal)
    try {
      await relay({
        session,
        connection: {
          name: 'test',
          engine: 'postgres',
          target,
          credentials: { source: 'env', user: 'U', password: 'P' },
          floor,
          functions: new Map(),
        },
        database,
        catalog,
        cancel: async () => {
          if (database.key !== undefined) await cancelBackend(target, database.key, 5000).catch(() => {})
          return true
        },
        ready: {
          parameters: Array.from(database.parameters, ([name, value]) => ({ name, value })),
          serverVersion: database.serverVersion,
          detail: new Uint8Array(),
          maskingCapabilities: [],
          capabilities: [],
          userCode: UNTOLD_USER_CODE,
        },
        userCode: () => NO_USER_CODE,
        hashKey: options.hashKey === undefined ? undefined : ({ reveal: () => options.hashKey ?? '' } as never),
        limits: { ...LIMITS, ...options.limits },
        log: pino({ level: 'silent' }),
      })
    } finally {
      database.close()
      sessions.delete(session)
    }
  }
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    const served = serve(socket).catch((error: unknown) => {
      socket.destroy(error instanceof Error ? error : undefined)
    })
    running.add(served)
    void served.finally(() => running.delete(served))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    redactions,
    failures,
    control: (message) => {
      for (const session of sessions) session.handlers?.onControl(message)
    },
    stop: async () => {
      for (const session of sessions) session.destroy()
      server.close()
      await Promise.all(running)
    },
  }
}

/** Reads the client's StartupMessage, declining TLS; undefined when the client went away. */
function readStartup(socket: Socket): Promise<ReadonlyMap<string, string> | undefined> {
  return new Promise((resolve) => {
    const reader = new StartupPacketReader()
    const take = (chunk: Buffer): void => {
      reader.push(chunk)
      for (let body = reader.next(); body !== undefined; body = reader.next()) {
        const packet = decodeStartupPacket(body)
        if (packet.type !== 'StartupMessage') {
          socket.write('N')
          continue
        }
        socket.off('data', take)
        socket.pause()
        const chosen = packet.parameters.filter(({ name }) => name !== 'user' && name !== 'database')
        resolve(new Map(chosen.map(({ name, value }) => [name, value])))
      }
    }
    socket.on('data', take)
    socket.on('close', () => resolve(undefined))
  })
}

const CLOCK = { monotonicMs: () => performance.now() }

const LIMITS: OpenedSession['limits'] = {
  maskedRowBytes: 64 * 1024 * 1024,
  messageBytes: 64 * 1024 * 1024,
  statementBytes: 1024 * 1024,
  sessions: 100,
  bufferBytes: 1024 * 1024,
  connectTimeoutMs: 10_000,
  credentialsTimeoutMs: 10_000,
  catalogTtlMs: 60_000,
  drainTimeoutMs: 1000,
}
