import type { Socket } from 'node:net'
import { AuditFileError, type AuditLog } from '@sallyport/audit-file'
import type { Outcome } from '@sallyport/audit'
import type { GatewayConnection, GatewayLimits } from '@sallyport/config'
import type { Analysis, Clock, Estimate } from '@sallyport/core'
import { MysqlWireError } from '@sallyport/mysql-wire'
import { PgWireError } from '@sallyport/pg-wire'
import type { CloseReason, Redaction, UserCodeLists } from '@sallyport/tunnel'
import type { Estimates } from '@sallyport/guardrails'
import { Gate } from '../guard/gate.ts'
import { connectionMetrics, type Metrics } from '../metrics.ts'
import type { Runtime } from '../runtime.ts'
import { Deadlines } from './deadlines.ts'
import type { EndReason, Farewell } from './ending.ts'
import { Estimator, type Planned } from './estimator.ts'
import { maskingBytes, maskingVersion, type LoggedInClient } from './login.ts'
import type { KillReason, LiveSession } from './registry.ts'
import type { Barrier } from './statement-run.ts'

export interface RelayPort {
  readonly socket: Socket
  readonly login: LoggedInClient
  /** Bytes that came behind the login. */
  readonly rest: Uint8Array
  readonly runtime: () => Runtime
  readonly log: AuditLog
  readonly metrics: Metrics
  readonly clock: Clock
}

/** What an engine's two ways are given to work with. */
export interface Seat {
  readonly login: LoggedInClient
  readonly log: AuditLog
  readonly gate: Gate
  readonly barrier: Barrier
  readonly limits: GatewayLimits
  /** The clock over the statement that runs under a limit. */
  readonly deadlines: Deadlines
  /** The connection as the configuration has it now. */
  readonly connection: () => GatewayConnection
  readonly monotonicMs: () => number
  /** Sends bytes to the agent; false when it can take no more for now. */
  readonly toAgent: (bytes: Uint8Array) => boolean
  /** Writes to the client; false when its socket has enough. */
  readonly toClient: (bytes: Uint8Array) => boolean
  /** Asks the planner behind the bytes sent so far; undefined where the agent cannot. Never rejects. */
  readonly estimate: ((planned: Planned) => Promise<Estimate>) | undefined
  /** The client said goodbye. */
  readonly onGoodbye: () => void
  readonly onOutcome: (outcome: Outcome) => void
  /** Something that ends the session: a malformed message, a violation, a log that cannot be written. */
  readonly onFailure: (error: unknown) => void
  /** Whether the client's socket may be read. */
  readonly onClientFlow: (flowing: boolean) => void
  /** Whether the agent may send. */
  readonly onAgentFlow: (flowing: boolean) => void
}

/** An engine's own part of a session: how its messages go to the agent, and how the agent's come back. */
export interface Ways {
  readonly inbound: {
    /** Bytes from the client's socket; the chunk becomes the inbound's own. */
    readonly receive: (chunk: Uint8Array) => void
    /** The tunnel can take more again. */
    readonly drained: () => void
    /** Nothing more is forwarded. */
    readonly end: () => void
  }
  readonly outbound: {
    readonly receive: (chunk: Uint8Array) => void
    /** What the agent masked in the statement whose end follows. */
    readonly report: (redactions: readonly Redaction[]) => void
    /** Does something behind what has come so far. */
    readonly after: (act: () => void) => void
    /** The client's socket can take more again. */
    readonly drained: () => void
    /** Nothing more reaches the client. */
    readonly end: () => void
    /** Bytes that went to the client. */
    readonly bytes: number
  }
  /** Whether a command waits for its reply. */
  readonly busy: () => boolean
  /** PostgreSQL: the agent says what users brought into the database. */
  readonly userCode?: (lists: UserCodeLists) => void
  /** The last message for the client; undefined where no message can follow what it has. */
  readonly farewell: (farewell: Farewell) => Uint8Array | undefined
}

/** A session in its working life: the client's socket on one side, the tunnel on the other, the gate between them. */
export class Relay implements LiveSession {
  readonly id: string
  readonly identity: LoggedInClient['identity']
  readonly connection: string
  /** Settles when the session is over; never rejects. */
  readonly ended: Promise<EndReason>
  readonly #port: RelayPort
  readonly #gate: Gate
  readonly #ways: Ways
  readonly #estimator: Estimator
  readonly #startedMs: number
  #current: GatewayConnection
  #maskingVersion: string
  #lastMs: number
  #end: (reason: EndReason) => void = () => undefined
  /** The client has said goodbye. */
  #leaving = false
  #over = false

  constructor(port: RelayPort, open: (seat: Seat) => Ways) {
    const { login, log, clock, metrics, runtime, socket } = port
    this.#port = port
    this.id = login.facts.session
    this.identity = login.identity
    this.connection = login.connection.name
    this.ended = new Promise((resolve) => (this.#end = resolve))
    this.#startedMs = this.#lastMs = clock.monotonicMs()
    this.#current = login.connection
    this.#maskingVersion = maskingVersion(login.connection)
    const counters = connectionMetrics(metrics, this.connection)
    this.#gate = new Gate({
      session: login.facts,
      log,
      clock,
      decide: (analysis, estimates) => this.#decide(analysis, estimates),
      observe: (verdict, elapsedMs) => counters.judged(verdict.action, elapsedMs),
    })
    const estimator = new Estimator({
      send: (message) => login.tunnel.control(message),
      cancel: () => {
        // The question waits for what the client sent before it, which may run as long as it likes.
        if (!this.#ways.busy()) this.cancel()
      },
      timeoutMs: runtime().config.limits.estimateTimeoutMs,
    })
    this.#estimator = estimator
    this.#ways = open({
      login,
      log,
      gate: this.#gate,
      barrier: { receipt: undefined },
      limits: runtime().config.limits,
      deadlines: new Deadlines({
        monotonicMs: clock.monotonicMs,
        after,
        cancel: () => this.cancel(),
        onOverdue: () => this.#stop('gateway', OVERDUE),
        graceMs: runtime().config.limits.cancelGraceMs,
      }),
      connection: () => this.#current,
      monotonicMs: clock.monotonicMs,
      toAgent: (bytes) => login.tunnel.send(bytes),
      toClient: (bytes) => socket.write(bytes),
      estimate: login.tunnel.ready.capabilities.includes('estimate') ? (planned) => estimator.ask(planned) : undefined,
      onGoodbye: () => this.#goodbye(),
      onOutcome: (outcome) => counters.ended(outcome),
      onFailure: (error) => this.#fail(error),
      onClientFlow: (flowing) => (flowing ? socket.resume() : socket.pause()),
      onAgentFlow: (flowing) => (flowing ? login.tunnel.resume() : login.tunnel.pause()),
    })
  }

  /** Connects both sides. The replies to the login must have been written before. */
  start(): void {
    const { socket, login, rest, clock } = this.#port
    const { inbound, outbound } = this.#ways
    login.tunnel.handle({
      onData: (chunk) => {
        this.#lastMs = clock.monotonicMs()
        outbound.receive(chunk)
      },
      onControl: (message) => {
        if (message.type === 'report') outbound.report(message.redactions)
        else if (message.type === 'estimated' || message.type === 'unestimated') this.#estimator.received(message)
        else if (message.type === 'userCode') this.#ways.userCode?.(message)
        else if (message.type === 'failed') {
          const { sqlState, message: text } = message
          const farewell = { code: 'database', sqlState: sqlState || '08006', message: text } as const
          outbound.after(() => this.#stop('database', farewell))
        }
      },
      onDrain: () => inbound.drained(),
      onClosed: (reason) => outbound.after(() => this.#tunnelClosed(reason)),
    })
    socket.on('data', (chunk) => {
      this.#lastMs = clock.monotonicMs()
      inbound.receive(chunk)
    })
    socket.on('drain', () => outbound.drained())
    socket.once('close', () => this.#finish('client'))
    socket.once('end', () => this.#finish('client'))
    if (rest.length > 0) inbound.receive(rest)
    socket.resume()
  }

  cancel(): void {
    if (!this.#over) this.#port.login.tunnel.control({ type: 'cancel' })
  }

  kill(reason: KillReason): void {
    const { end, ...farewell } = KILLED[reason]
    this.#stop(end, farewell)
  }

  idleSinceMs(): number | undefined {
    return this.#ways.busy() ? undefined : this.#lastMs
  }

  /** A changed configuration reaches the session here, before its next statement. */
  #decide(analysis: Analysis, estimates?: Estimates): ReturnType<Runtime['policy']['decide']> {
    const { policy, connections } = this.#port.runtime()
    const connection = connections.get(this.connection)
    if (connection !== undefined && connection !== this.#current) {
      this.#current = connection
      const version = maskingVersion(connection)
      if (version !== this.#maskingVersion) {
        this.#maskingVersion = version
        this.#port.login.tunnel.control({ type: 'policy', version, masking: maskingBytes(connection) })
      }
    }
    return policy.decide({ identity: this.identity, connection: this.connection, analysis, now: new Date(), estimates })
  }

  /** The client takes nothing back and gets what it is owed: what still runs is answered, as the database itself would do, which then ends the session. */
  #goodbye(): void {
    this.#leaving = true
    if (this.#ways.busy()) return
    // What the client said last must reach the database, so the tunnel ends behind it.
    this.#port.login.tunnel.end()
    this.#finish('client')
  }

  #tunnelClosed(reason: CloseReason): void {
    if (this.#over) return
    if (this.#leaving) return this.#stop('client', undefined)
    if (reason.code === 'ended') return this.#stop('database', undefined)
    this.#stop('agent', {
      code: 'agent-lost',
      sqlState: '08006',
      message:
        reason.code === 'agent-lost'
          ? 'the agent that served this session was lost; what ran may or may not have taken effect'
          : `the agent ended this session (${reason.code})`,
      hint: 'Connect again; another agent may serve the connection.',
    })
  }

  #fail(error: unknown): void {
    if (error instanceof AuditFileError) {
      const message = 'the audit log cannot be written, so no result can leave'
      return this.#stop('gateway', { code: 'audit', sqlState: error.sqlState, message })
    }
    if (error instanceof PgWireError || error instanceof MysqlWireError) {
      const message =
        error.side === 'frontend' ? `protocol violation: ${error.message}` : 'the database broke the protocol'
      const code = error.code === 'message-too-large' ? 'too-large' : 'violation'
      return this.#stop('violation', { code, sqlState: '08P01', message })
    }
    const message = 'the gateway failed in this session'
    this.#stop('gateway', { code: 'internal', sqlState: 'XX000', message })
  }

  /** Tells the client why, where a message can still follow, and ends both sides. */
  #stop(reason: EndReason, farewell: Farewell | undefined): void {
    if (this.#over) return
    const { socket } = this.#port
    const last = farewell === undefined || !socket.writable ? undefined : this.#ways.farewell(farewell)
    if (last === undefined) socket.end()
    else socket.end(last)
    this.#finish(reason)
  }

  #finish(reason: EndReason): void {
    if (this.#over) return
    this.#over = true
    const { inbound, outbound } = this.#ways
    inbound.end()
    outbound.end()
    this.#estimator.end()
    const { socket, login, log, clock } = this.#port
    login.tunnel.destroy({ code: reason === 'killed' || reason === 'idle' ? 'killed' : 'aborted', message: reason })
    if (!socket.destroyed) {
      socket.end()
      // Whoever does not read its last message in time has it no longer.
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    }
    try {
      log.append({
        type: 'session-close',
        session: login.facts,
        reason,
        statements: this.#gate.statements,
        bytes: outbound.bytes,
        durationMs: Math.round(clock.monotonicMs() - this.#startedMs),
      })
    } catch {
      // The log keeps what has happened already, and writes it when it can; its state shows at /readyz.
    }
    this.#end(reason)
  }
}

const KILLED: Readonly<Record<KillReason, Farewell & { readonly end: EndReason }>> = {
  shutdown: { end: 'gateway', code: 'shutdown', sqlState: '57P01', message: 'the gateway is shutting down' },
  idle: {
    end: 'idle',
    code: 'idle',
    sqlState: '57P05',
    message: 'the session was idle for too long (limits.idle_timeout)',
  },
  administrator: {
    end: 'killed',
    code: 'administrator',
    sqlState: '57P01',
    message: 'an administrator ended the session',
  },
  owner: { end: 'killed', code: 'administrator', sqlState: '57P01', message: 'the session was killed by its own user' },
}
const OVERDUE: Farewell = {
  code: 'overdue',
  sqlState: '57014',
  message: 'a statement beyond its limit did not end when it was cancelled (limits.cancel_grace)',
}

function after(delayMs: number, act: () => void): () => void {
  const timer = setTimeout(act, delayMs)
  return () => clearTimeout(timer)
}

const LINGER_MS = 2000
