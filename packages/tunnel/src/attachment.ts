import type { Clock } from '@sallyport/core'
import type { IncomingCall } from './call.ts'
import { ControlStream } from './control.ts'
import type { ControlEnd } from './control.ts'
import { ProtocolViolationError, TunnelError } from './errors.ts'
import type { GatewaySessionStream } from './gateway-session.ts'
import { AgentMessage, GatewayMessage } from './messages.ts'
import type { ConnectionOffer, Failure } from './messages.ts'
import type { AttachedAgent, DetachReason } from './server.ts'
import type { TunnelLimits } from './settings.ts'

export interface AttachmentOptions {
  readonly call: IncomingCall
  readonly id: string
  /** As authenticated. */
  readonly name: string
  /** Digest of what the agent authenticated with. */
  readonly credentials: Uint8Array
  readonly gateway: string
  readonly gatewayVersion: string
  readonly limits: TunnelLimits
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly onHello: (attachment: Attachment) => void
  readonly onDeclined: (attachment: Attachment, ticket: string, failure: Failure) => void
  /** Whether or not Hello had come. */
  readonly onClosed: (attachment: Attachment, reason: DetachReason) => void
}

/** One authenticated agent on one control stream, with its sessions. When the stream goes, they go. */
export class Attachment implements AttachedAgent {
  readonly id: string
  readonly name: string
  readonly peer: string
  readonly credentials: Uint8Array
  /** Sessions the agent was asked for, by ticket, and how to fail them. */
  readonly waiting = new Map<string, (error: TunnelError) => void>()
  /** Sessions the agent has joined, by ticket. */
  readonly joined = new Map<string, GatewaySessionStream>()
  readonly #control: ControlStream<GatewayMessage, AgentMessage>
  readonly #helloTimer: NodeJS.Timeout
  #version: string | undefined
  #connections: readonly ConnectionOffer[] = []
  #draining = false
  #idle: (() => void) | undefined

  constructor(options: AttachmentOptions) {
    const { call, limits, clock } = options
    this.id = options.id
    this.name = options.name
    this.peer = call.peer
    this.credentials = options.credentials
    this.#helloTimer = setTimeout(() => this.#control.cancel('no Hello came'), limits.helloTimeoutMs)
    const codecs = { outgoing: GatewayMessage, incoming: AgentMessage }
    this.#control = new ControlStream<GatewayMessage, AgentMessage>(call, codecs, limits, clock, {
      onMessage: (message) => this.#message(message, options),
      onClosed: (end) => this.#over(end, options),
    })
  }

  get version(): string {
    return this.#version ?? ''
  }

  get connections(): readonly ConnectionOffer[] {
    return this.#connections
  }

  get draining(): boolean {
    return this.#draining
  }

  get sessions(): number {
    let unjoined = 0
    for (const ticket of this.waiting.keys()) if (!this.joined.has(ticket)) unjoined++
    return this.joined.size + unjoined
  }

  serves(connection: string, engine: string): boolean {
    if (this.#draining || this.#control.congested) return false
    return this.#connections.some((one) => one.name === connection && one.engine === engine)
  }

  heard(): void {
    this.#control.heard()
  }

  /** Asks for one session. */
  ask(ticket: string): void {
    this.#control.send({ type: 'openSession', ticket })
  }

  /** The session of that ticket is over. */
  left(ticket: string): void {
    this.joined.delete(ticket)
    if (this.sessions === 0) this.#idle?.()
  }

  announceDraining(deadlineMs: number): void {
    this.#control.send({ type: 'draining', deadlineMs })
  }

  /** Resolves when there are no sessions. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve
      if (this.sessions === 0) resolve()
    })
  }

  /** Ends the sessions that are left, then the control stream. */
  shutdown(): void {
    for (const session of this.joined.values()) {
      session.destroy({ code: 'shutdown', message: 'the gateway is shutting down' })
    }
    this.#control.end()
  }

  #message(message: Exclude<AgentMessage, { type: 'heartbeat' }>, options: AttachmentOptions): void {
    if ((message.type === 'hello') === (this.#version !== undefined))
      throw new ProtocolViolationError('hello comes first, and once')
    switch (message.type) {
      case 'hello':
        clearTimeout(this.#helloTimer)
        this.#version = message.version
        this.#connections = message.connections
        this.#control.send({
          type: 'welcome',
          gateway: options.gateway,
          version: options.gatewayVersion,
          agent: this.name,
          heartbeatIntervalMs: options.limits.heartbeatIntervalMs,
          heartbeatTimeoutMs: options.limits.heartbeatTimeoutMs,
          features: [],
        })
        this.#control.startHeartbeat()
        return options.onHello(this)
      case 'announce':
        this.#connections = message.connections
        return
      case 'draining':
        this.#draining = true
        return
      case 'declined':
        return options.onDeclined(this, message.ticket, message.failure)
    }
  }

  #over(end: ControlEnd, options: AttachmentOptions): void {
    clearTimeout(this.#helloTimer)
    const reason = { code: DETACH_CODES[end.code], message: end.message }
    options.onClosed(this, reason)
    const why = `the agent's control stream ended: ${reason.message}`
    for (const session of this.joined.values()) session.lose(why)
    for (const fail of this.waiting.values()) fail(new TunnelError('agent-lost', why, { retryable: true }))
    this.#idle?.()
  }
}

const DETACH_CODES: Readonly<Record<ControlEnd['code'], DetachReason['code']>> = {
  ended: 'closed',
  local: 'shutdown',
  silent: 'silent',
  'protocol-violation': 'protocol-violation',
  'too-large': 'protocol-violation',
  broken: 'protocol-violation',
  refused: 'lost',
  cancelled: 'lost',
  lost: 'lost',
}
