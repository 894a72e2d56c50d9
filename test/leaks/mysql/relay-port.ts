import { UNTOLD_USER_CODE } from '@sallyport/tunnel'
import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createMysqlRelay, mysqlConnection, mysqlSessionSettings, type OpenedSession, Password } from '@sallyport/agent'
import { type MaskingRules, NO_RULES } from '@sallyport/masking'
import {
  CLIENT,
  decodeFirstPacket,
  encodeBackend,
  type Handshake,
  type HandshakeResponse,
  PacketReader,
  spoken,
} from '@sallyport/mysql-wire'
import { loadMysql, StatementCache } from '@sallyport/sql'
import { longTextReader } from '@sallyport/sql-worker'
import type { AgentControl, GatewayControl, Redaction } from '@sallyport/tunnel'
import { pino } from 'pino'
import type { TestMysql } from '../../support/index.ts'
import { SocketSession } from '../socket-session.ts'

export interface MysqlRelayPortOptions {
  readonly mysql: Pick<TestMysql, 'port'>
  readonly user: string
  readonly password: string
  /** The schema where the client names none. */
  readonly database?: string
  readonly rules?: MaskingRules
  readonly floor?: {
    readonly readOnly?: boolean
    readonly statementTimeoutMs?: number
    readonly masking?: MaskingRules
  }
  readonly limits?: Partial<OpenedSession['limits']>
  readonly hashKey?: string
}

/** An agent's relay behind a port of its own: what a client sees when the agent is the only thing between it and the server. */
export interface MysqlRelayPort {
  readonly port: number
  /** What the relay reported as hidden. */
  readonly redactions: Redaction[]
  readonly failures: (AgentControl & { readonly type: 'failed' })[]
  /** Every byte that clients were sent after the start of their sessions; the caller may empty it. */
  readonly sent: Uint8Array[]
  /** What went wrong before a session was ready. */
  readonly errors: unknown[]
  /** Sends a control message to every session. */
  readonly control: (message: GatewayControl) => void
  readonly stop: () => Promise<void>
}

export async function startMysqlRelayPort(options: MysqlRelayPortOptions): Promise<MysqlRelayPort> {
  const relay = createMysqlRelay({
    analyser: loadMysql(),
    cache: new StatementCache(),
    readLongText: longTextReader({}).analyse,
    clock: CLOCK,
  })
  const limits = { ...LIMITS, ...options.limits }
  const floor = { readOnly: false, statementTimeoutMs: 0, masking: NO_RULES, ...options.floor }
  const connection = mysqlConnection({
    config: {
      name: 'test',
      engine: 'mysql',
      target: {
        host: '127.0.0.1',
        port: options.mysql.port,
        database: options.database ?? '',
        tls: 'disable',
        ca: undefined,
        own: undefined,
      },
      credentials: { source: 'env', user: 'U', password: 'P' },
      floor,
      functions: new Map(),
    },
    limits,
    clock: CLOCK,
    lease: () =>
      Promise.resolve({ user: options.user, password: new Password(options.password), close: () => Promise.resolve() }),
  })
  const { capabilities: server } = await connection.learn(AbortSignal.timeout(10_000))
  const { flags, extended } = spoken({ localFiles: true, tls: false, compression: { zlib: false, zstd: false } })
  const offered = { flags: (flags & (server.flags | CLIENT.LONG_PASSWORD)) >>> 0, extended: extended & server.extended }
  const redactions: Redaction[] = []
  const failures: MysqlRelayPort['failures'] = []
  const errors: unknown[] = []
  const sent: Uint8Array[] = []
  const sessions = new Set<SocketSession>()
  const running = new Set<Promise<void>>()

  const serve = async (socket: Socket): Promise<void> => {
    const response = await greet(socket, offered)
    if (response === undefined) return
    const agreed = {
      flags: (response.capabilities.flags & offered.flags) >>> 0,
      extended: response.capabilities.extended & offered.extended,
    }
    const ok = encodeBackend(
      {
        type: 'OK',
        end: false,
        affectedRows: 0n,
        lastInsertId: 0n,
        status: 2,
        warnings: 0,
        info: '',
        sessionState: undefined,
      },
      agreed,
      2,
    )
    const session = new SocketSession(socket, {
      engine: 'mysql',
      startup: new Map([
        ['capabilities', String(agreed.flags)],
        ['mariadb_capabilities', String(agreed.extended)],
        ['collation', String(response.characterSet)],
        ...(response.schema === '' ? [] : [['database', response.schema] as const]),
      ]),
      rules: options.rules ?? NO_RULES,
      onReady: () => socket.write(ok),
      onSent: (bytes) => sent.push(bytes),
      onControl: (message) => {
        if (message.type === 'report') redactions.push(...message.redactions)
        if (message.type === 'failed') failures.push(message)
      },
    })
    sessions.add(session)
    const settings = mysqlSessionSettings({
      startup: session.open.startup,
      floor,
      statementTimeoutMs: 0,
      idleTimeoutMs: 0,
      subject: 'alice',
      application: 'test',
      schema: options.database ?? '',
    })
    const lease = await connection.lease(session.signal)
    const database = await connection.open(lease, settings, session.signal)
    try {
      await relay({
        session,
        connection: connection.config,
        database,
        catalog: connection.catalog,
        cancel: () =>
          connection.kill(database.variables.threadId, AbortSignal.timeout(5000)).then(
            () => true,
            () => true,
          ),
        ready: {
          parameters: [],
          serverVersion: database.server.version,
          detail: new Uint8Array(),
          maskingCapabilities: [],
          capabilities: [],
          userCode: UNTOLD_USER_CODE,
        },
        hashKey: options.hashKey === undefined ? undefined : ({ reveal: () => options.hashKey ?? '' } as never),
        limits,
        log: pino({ level: 'silent' }),
      })
    } finally {
      database.close()
      sessions.delete(session)
    }
  }
  const port = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    const served = serve(socket).catch((error: unknown) => {
      errors.push(error)
      socket.destroy()
    })
    running.add(served)
    void served.finally(() => running.delete(served))
  })
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve))
  return {
    port: (port.address() as AddressInfo).port,
    redactions,
    failures,
    sent,
    errors,
    control: (message) => {
      for (const session of sessions) session.handlers?.onControl(message)
    },
    stop: async () => {
      for (const session of sessions) session.destroy()
      port.close()
      await Promise.all(running)
    },
  }
}

/** Greets a client and reads its answer; nobody's password is asked. Undefined when the client went away. */
function greet(socket: Socket, capabilities: Handshake['capabilities']): Promise<HandshakeResponse | undefined> {
  const nonce = randomBytes(20).map((byte) => (byte % 90) + 37)
  socket.write(
    encodeBackend(
      {
        type: 'HandshakeV10',
        serverVersion: '8.0.0-relay',
        connectionId: 1,
        capabilities,
        characterSet: 45,
        status: 2,
        authData: nonce,
        plugin: 'mysql_native_password',
      },
      capabilities,
      0,
    ),
  )
  return new Promise((resolve) => {
    const reader = new PacketReader({ maxMessageBytes: 1024 * 1024, side: 'frontend' })
    const take = (chunk: Buffer): void => {
      reader.push(chunk)
      const raw = reader.next()
      if (raw === undefined) return
      const first = decodeFirstPacket(raw.payload)
      socket.off('data', take)
      socket.pause()
      resolve(first.type === 'HandshakeResponse41' ? first : undefined)
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
