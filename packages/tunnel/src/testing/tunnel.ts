import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { authenticateKnown, dialTunnel, listenTunnel, UNTOLD_USER_CODE } from '../index.ts'
import type {
  AgentSession,
  AttachedAgent,
  CloseReason,
  LinkFailure,
  Session,
  SessionOpen,
  SessionReady,
  TunnelClient,
  TunnelClientOptions,
  TunnelLimits,
  TunnelServer,
  TunnelServerOptions,
} from '../index.ts'

/** Values that come one after the other, for tests that wait for events. */
export class Events<T> {
  readonly #ready: T[] = []
  readonly #waiting: ((value: T) => void)[] = []

  readonly push = (value: T): void => {
    const next = this.#waiting.shift()
    if (next === undefined) this.#ready.push(value)
    else next(value)
  }

  next(): Promise<T> {
    if (this.#ready.length > 0) return Promise.resolve(this.#ready.shift() as T)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  get size(): number {
    return this.#ready.length
  }
}

export interface Gateway {
  readonly server: TunnelServer
  readonly port: number
  readonly attached: Events<AttachedAgent>
  readonly detached: Events<{ agent: AttachedAgent; code: string }>
  readonly refused: Events<string>
}

/** A gateway on loopback that knows agents `local` (token `secret`) and `other` (token `other-secret`). */
export async function startGateway(options: Partial<TunnelServerOptions> = {}): Promise<Gateway> {
  const attached = new Events<AttachedAgent>()
  const detached = new Events<{ agent: AttachedAgent; code: string }>()
  const refused = new Events<string>()
  const server = await listenTunnel({
    host: '127.0.0.1',
    port: 0,
    gateway: 'gw',
    version: '1.0.0',
    authenticate: authenticateKnown([
      { name: 'local', token: 'secret' },
      { name: 'other', token: 'other-secret' },
    ]),
    clock,
    randomBytes,
    onAttach: attached.push,
    onDetach: (agent, { code }) => detached.push({ agent, code }),
    onRefused: ({ message }) => refused.push(message),
    ...options,
  })
  onTestFinished(() => server.close())
  return { server, port: server.address.port, attached, detached, refused }
}

export interface Agent {
  readonly client: TunnelClient
  readonly sessions: Events<AgentSession>
  readonly attached: Events<string>
  readonly detached: Events<LinkFailure>
}

/** An agent that offers connection `shop` and answers sessions as `onSession` says; by default they wait in `sessions`. */
export function startAgent(port: number, options: Partial<TunnelClientOptions> = {}): Agent {
  const sessions = new Events<AgentSession>()
  const attached = new Events<string>()
  const detached = new Events<LinkFailure>()
  const client = dialTunnel({
    addresses: [`127.0.0.1:${port}`],
    name: 'local',
    version: '1.0.0',
    token: () => 'secret',
    connections: [{ name: 'shop', engine: 'postgres', capabilities: ['column-rules'] }],
    onSession: sessions.push,
    onAttached: ({ gateway }) => attached.push(gateway),
    onDetached: (_, failure) => detached.push(failure),
    backoff: { minMs: 1, maxMs: 20 },
    clock,
    random: Math.random,
    ...options,
  })
  onTestFinished(() => client.close())
  return { client, sessions, attached, detached }
}

/** An agent's answer to a session: log in at once, and send back what comes. */
export function echo(session: AgentSession): void {
  session.ready(READY)
  session.handle({
    onData: (chunk) => {
      if (!session.send(chunk)) session.pause()
    },
    onControl: () => {},
    onDrain: () => session.resume(),
    onClosed: () => {},
  })
}

/** Everything a session delivers. */
export class Recorder<Incoming> {
  readonly data = new Events<Buffer>()
  readonly controls = new Events<Incoming>()
  readonly drains = new Events<void>()
  readonly closed: Promise<CloseReason>
  bytes = 0

  constructor(session: Session<never, Incoming>) {
    this.closed = new Promise((resolve) => {
      session.handle({
        onData: (chunk) => {
          this.bytes += chunk.length
          this.data.push(Buffer.from(chunk))
        },
        onControl: this.controls.push,
        onDrain: () => this.drains.push(),
        onClosed: resolve,
      })
    })
  }

  /** Waits until this many bytes more have come, and returns them. */
  async read(length: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (let got = 0; got < length;) {
      const chunk = await this.data.next()
      chunks.push(chunk)
      got += chunk.length
    }
    return Buffer.concat(chunks)
  }
}

export const clock = { monotonicMs: (): number => performance.now() }

/** Heartbeats as quick as tests need them. */
export const QUICK: Partial<TunnelLimits> = { heartbeatIntervalMs: 20, heartbeatTimeoutMs: 100, closeTimeoutMs: 50 }

export const READY: SessionReady = {
  parameters: [{ name: 'server_version', value: '18.0' }],
  serverVersion: '18.0',
  detail: new Uint8Array(0),
  maskingCapabilities: ['column-rules'],
  capabilities: ['estimate'],
  userCode: {
    ...UNTOLD_USER_CODE,
    complete: true,
    functions: ['lower'],
    types: [{ name: 'watched', functions: ['public.touch'] }],
  },
}

export const OPEN: SessionOpen = {
  sessionId: 's-1',
  connection: 'shop',
  engine: 'postgres',
  gateway: 'gw',
  identity: {
    subject: 'alice@example.com',
    email: 'alice@example.com',
    groups: ['dev'],
    kind: 'human',
    method: 'token',
  },
  client: { application: 'psql', address: '127.0.0.1:5555' },
  startup: new Map([['database', 'shop']]),
  masking: Buffer.from('{"columns":[]}'),
  maskingVersion: 'v1',
  capabilities: ['user-code'],
  limits: { statementTimeoutMs: 1000, idleTimeoutMs: 0 },
}
