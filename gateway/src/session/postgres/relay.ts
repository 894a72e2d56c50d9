import type { Socket } from 'node:net'
import type { AuditLog } from '@sallyport/audit-file'
import type { GatewayConnection } from '@sallyport/config'
import type { Analysis, Clock } from '@sallyport/core'
import { Conversation, encodeBackend, PgWireError, type ErrorResponse } from '@sallyport/pg-wire'
import { AuditFileError } from '@sallyport/audit-file'
import type { CloseReason } from '@sallyport/tunnel'
import { Gate } from '../../guard/gate.ts'
import type { Inspector } from '../../guard/postgres/inspector.ts'
import { PreparedNames } from '../../guard/postgres/prepared-names.ts'
import { connectionMetrics, type Metrics } from '../../metrics.ts'
import { fatalError } from '../../reply/postgres/refusal.ts'
import type { Runtime } from '../../runtime.ts'
import type { KillReason, LiveSession } from '../registry.ts'
import { Inbound } from './inbound.ts'
import { maskingBytes, maskingVersion, type LoggedInClient } from './login.ts'
import { Outbound } from './outbound.ts'
import type { Barrier, StatementRun } from './statement-run.ts'

export interface RelayPort {
  readonly socket: Socket
  readonly login: LoggedInClient
  /** Bytes that came behind the password. */
  readonly rest: Uint8Array
  readonly runtime: () => Runtime
  readonly log: AuditLog
  readonly inspector: Inspector
  readonly metrics: Metrics
  readonly clock: Clock
}

/** Why a session ended, as the audit log says it. */
export type EndReason = 'client' | 'agent' | 'database' | 'gateway' | 'idle' | 'killed' | 'violation'

/** A session in its working life: the client's socket on one side, the tunnel on the other, the gate between them. */
export class Relay implements LiveSession {
  readonly id: string
  readonly identity: LoggedInClient['identity']
  readonly connection: string
  /** Settles when the session is over; never rejects. */
  readonly ended: Promise<EndReason>
  readonly #port: RelayPort
  readonly #conversation: Conversation<StatementRun>
  readonly #gate: Gate
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  readonly #startedMs: number
  #current: GatewayConnection
  #maskingVersion: string
  #lastMs: number
  #end: (reason: EndReason) => void = () => undefined
  #over = false

  constructor(port: RelayPort) {
    const { login, log, clock, metrics, runtime } = port
    this.#port = port
    this.id = login.facts.session
    this.identity = login.identity
    this.connection = login.connection.name
    this.ended = new Promise((resolve) => (this.#end = resolve))
    this.#startedMs = this.#lastMs = clock.monotonicMs()
    this.#current = login.connection
    this.#maskingVersion = maskingVersion(login.connection)
    const { limits } = runtime().config
    const counters = connectionMetrics(metrics, this.connection)
    const conversation = new Conversation<StatementRun>({
      maxPending: limits.pipelinedStatements * MESSAGES_PER_STATEMENT,
    })
    this.#conversation = conversation
    this.#gate = new Gate({
      session: login.facts,
      log,
      clock,
      decide: (analysis) => this.#decide(analysis),
      observe: (verdict, elapsedMs) => counters.judged(verdict.action, elapsedMs),
    })
    const barrier: Barrier = { receipt: undefined }
    const monotonicMs = clock.monotonicMs
    const prepared = new PreparedNames((name) => {
      const lookup = conversation.statementFor(name)
      return lookup.state === 'known' ? lookup.value.context?.analysis : undefined
    })
    this.#outbound = new Outbound({
      conversation,
      log,
      session: login.facts,
      barrier,
      maxMessageBytes: limits.messageBytes,
      monotonicMs,
      write: (bytes) => port.socket.write(bytes),
      onReplies: () => this.#inbound.replied(),
      onOutcome: (outcome) => counters.ended(outcome),
      onFailure: (error) => this.#fail(error),
      onFlow: (flowing) => (flowing ? login.tunnel.resume() : login.tunnel.pause()),
    })
    this.#inbound = new Inbound({
      conversation,
      gate: this.#gate,
      inspect: (text) => port.inspector.inspect(this.#current, text),
      prepared,
      log,
      barrier,
      maxMessageBytes: limits.messageBytes,
      allowFunctionCall: login.connection.allowFunctionCall,
      monotonicMs,
      send: (bytes) => login.tunnel.send(bytes),
      onTerminate: () => {
        // What the client said last must reach the database, so the tunnel ends behind it.
        login.tunnel.end()
        this.#finish('client')
      },
      onFailure: (error) => this.#fail(error),
      onFlow: (flowing) => (flowing ? port.socket.resume() : port.socket.pause()),
    })
  }

  /** Connects both sides. The replies to the login must have been written before. */
  start(): void {
    const { socket, login, rest, clock } = this.#port
    login.tunnel.handle({
      onData: (chunk) => {
        this.#lastMs = clock.monotonicMs()
        this.#outbound.receive(chunk)
      },
      onControl: (message) => {
        if (message.type === 'report') this.#outbound.report(message.redactions)
        else if (message.type === 'failed')
          this.#stop('database', fatalError(message.sqlState || '08006', message.message))
      },
      onDrain: () => this.#inbound.drained(),
      onClosed: (reason) => this.#tunnelClosed(reason),
    })
    socket.on('data', (chunk) => {
      this.#lastMs = clock.monotonicMs()
      this.#inbound.receive(chunk)
    })
    socket.on('drain', () => this.#outbound.drained())
    socket.once('close', () => this.#finish('client'))
    socket.once('end', () => this.#finish('client'))
    if (rest.length > 0) this.#inbound.receive(rest)
    socket.resume()
  }

  cancel(): void {
    if (!this.#over) this.#port.login.tunnel.control({ type: 'cancel' })
  }

  kill(reason: KillReason): void {
    const [end, sqlState, message] = KILLED[reason]
    this.#stop(end, fatalError(sqlState, message))
  }

  idleSinceMs(): number | undefined {
    return this.#conversation.pending === 0 ? this.#lastMs : undefined
  }

  /** A changed configuration reaches the session here, before its next statement. */
  #decide(analysis: Analysis): ReturnType<Runtime['policy']['decide']> {
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
    return policy.decide({ identity: this.identity, connection: this.connection, analysis, now: new Date() })
  }

  #tunnelClosed(reason: CloseReason): void {
    if (this.#over) return
    if (reason.code === 'ended') return this.#stop('database', undefined)
    const message =
      reason.code === 'agent-lost'
        ? 'the agent that served this session was lost; what ran may or may not have taken effect'
        : `the agent ended this session (${reason.code})`
    this.#stop(
      'agent',
      fatalError('08006', message, { hint: 'Connect again; another agent may serve the connection.' }),
    )
  }

  #fail(error: unknown): void {
    if (error instanceof AuditFileError) {
      return this.#stop(
        'gateway',
        fatalError(error.sqlState, 'the audit log cannot be written, so no result can leave'),
      )
    }
    if (error instanceof PgWireError) {
      const message =
        error.side === 'frontend' ? `protocol violation: ${error.message}` : 'the database broke the protocol'
      return this.#stop('violation', fatalError('08P01', message))
    }
    this.#stop('gateway', fatalError('XX000', 'the gateway failed in this session'))
  }

  /** Tells the client why, where a message can still follow, and ends both sides. */
  #stop(reason: EndReason, error: ErrorResponse | undefined): void {
    if (this.#over) return
    const { socket } = this.#port
    if (error !== undefined && this.#outbound.betweenMessages && socket.writable) socket.end(encodeBackend(error))
    else socket.end()
    this.#finish(reason)
  }

  #finish(reason: EndReason): void {
    if (this.#over) return
    this.#over = true
    this.#inbound.end()
    this.#outbound.end()
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
        bytes: this.#outbound.bytes,
        durationMs: Math.round(clock.monotonicMs() - this.#startedMs),
      })
    } catch {
      // The log keeps what has happened already, and writes it when it can; its state shows at /readyz.
    }
    this.#end(reason)
  }
}

const KILLED: Readonly<Record<KillReason, readonly [EndReason, string, string]>> = {
  shutdown: ['gateway', '57P01', 'the gateway is shutting down'],
  idle: ['idle', '57P05', 'the session was idle for too long (limits.idle_timeout)'],
  administrator: ['killed', '57P01', 'an administrator ended the session'],
}

/** Parse, Bind, Describe, Execute, Sync. */
const MESSAGES_PER_STATEMENT = 5
const LINGER_MS = 2000
