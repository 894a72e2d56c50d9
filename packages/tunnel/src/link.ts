import { AgentSessionStream } from './agent-session.ts'
import type { CallClient } from './call.ts'
import type { Backoff, LinkFailure, TunnelClientOptions, TunnelLink } from './client.ts'
import { ControlStream } from './control.ts'
import type { ControlEnd } from './control.ts'
import { DRAINING, FULL } from './declined.ts'
import { ProtocolViolationError, TunnelError } from './errors.ts'
import { dialCalls } from './grpc-client.ts'
import { AgentMessage, GatewayMessage } from './messages.ts'
import type { ConnectionOffer } from './messages.ts'
import type { TunnelLimits } from './settings.ts'
import { within } from './within.ts'

export interface LinkOptions extends Omit<TunnelClientOptions, 'limits' | 'backoff'> {
  readonly address: string
  readonly limits: TunnelLimits
  readonly backoff: Backoff
}

type Control = ControlStream<AgentMessage, GatewayMessage>

/** The way to one gateway: dials, attaches, serves sessions, and dials again. */
export class Link implements TunnelLink {
  readonly address: string
  readonly #options: LinkOptions
  readonly #sessions = new Set<AgentSessionStream>()
  #connections: readonly ConnectionOffer[]
  /** What the hello of this dial said. */
  #said: readonly ConnectionOffer[] = []
  #state: TunnelLink['state'] = 'connecting'
  #gateway = ''
  #client: CallClient | undefined
  #control: Control | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #draining = false
  #idle: (() => void) | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.address = options.address
    this.#connections = options.connections
    this.#dial()
  }

  get state(): TunnelLink['state'] {
    return this.#state
  }

  get gateway(): string {
    return this.#gateway
  }

  get sessions(): number {
    return this.#sessions.size
  }

  announce(connections: readonly ConnectionOffer[]): void {
    this.#connections = connections
    if (this.#state === 'attached') this.#control?.send({ type: 'announce', connections })
  }

  async close(drainMs: number): Promise<void> {
    if (this.#state === 'closed') return
    this.#draining = true
    if (this.#state === 'attached' && drainMs > 0) {
      this.#control?.send({ type: 'draining', deadlineMs: drainMs })
      await within([this.#untilIdle()], drainMs)
    }
    for (const session of this.#sessions) session.destroy({ code: 'shutdown', message: 'the agent is shutting down' })
    const wasAttached = this.#state === 'attached'
    this.#state = 'closed'
    clearTimeout(this.#timer)
    this.#control?.end()
    if (wasAttached) await this.#client?.close()
    else this.#client?.drop()
  }

  #dial(): void {
    const { limits, clock, name, version } = this.#options
    this.#state = 'connecting'
    const client = this.#connect()
    if (client === undefined) return
    this.#client = client
    this.#timer = setTimeout(
      () => control.cancel(`no Welcome within ${limits.connectTimeoutMs} ms`),
      limits.connectTimeoutMs,
    )
    const codecs = { outgoing: AgentMessage, incoming: GatewayMessage }
    const control: Control = new ControlStream<AgentMessage, GatewayMessage>(
      client.call('Attach'),
      codecs,
      limits,
      clock,
      {
        onMessage: (message) => this.#message(message, client, control),
        onClosed: (end) => this.#down(end),
      },
    )
    this.#control = control
    this.#said = this.#connections
    control.send({ type: 'hello', name, version, connections: this.#said, features: [] })
  }

  // The token and the certificates may come from files, and those may be away for a moment.
  #connect(): CallClient | undefined {
    const { address, tls, token, limits } = this.#options
    try {
      const bearer = token?.()
      if (bearer !== undefined && !TOKEN.test(bearer))
        throw new TunnelError('misuse', 'a token is one line of visible ASCII')
      return dialCalls({ address, tls: typeof tls === 'function' ? tls() : tls, token: bearer, limits })
    } catch (error) {
      const message = `the credentials of this agent cannot be used: ${error instanceof Error ? error.message : 'unknown'}`
      // Not at once: the caller does not hold its link yet.
      this.#timer = setTimeout(() => this.#down({ code: 'refused', message }), 0)
      return undefined
    }
  }

  #message(message: Exclude<GatewayMessage, { type: 'heartbeat' }>, client: CallClient, control: Control): void {
    if ((message.type === 'welcome') === (this.#state === 'attached')) {
      throw new ProtocolViolationError('welcome comes first, and once')
    }
    switch (message.type) {
      case 'welcome':
        clearTimeout(this.#timer)
        this.#state = 'attached'
        this.#gateway = message.gateway
        this.#failures = 0
        control.startHeartbeat()
        // What was announced between the hello and its answer.
        if (this.#said !== this.#connections) control.send({ type: 'announce', connections: this.#connections })
        return this.#options.onAttached?.(this)
      case 'openSession':
        return this.#open(message.ticket, client, control)
      case 'draining':
        // The gateway asks for nothing more; its sessions end by themselves, and the next dial finds its successor.
        return
    }
  }

  #open(ticket: string, client: CallClient, control: Control): void {
    const { limits } = this.#options
    if (this.#draining) return control.send({ type: 'declined', ticket, failure: DRAINING })
    if (this.#sessions.size >= limits.maxSessionsPerAgent)
      return control.send({ type: 'declined', ticket, failure: FULL })
    const session: AgentSessionStream = new AgentSessionStream({
      call: client.call('Session'),
      ticket,
      limits,
      onHeard: () => control.heard(),
      onOpen: (session, open) => this.#options.onSession(session, open),
      onClosed: () => {
        this.#sessions.delete(session)
        if (this.#sessions.size === 0) this.#idle?.()
      },
    })
    this.#sessions.add(session)
  }

  #down(end: ControlEnd): void {
    clearTimeout(this.#timer)
    const wasAttached = this.#state === 'attached'
    for (const session of this.#sessions) session.lose(`the gateway's control stream ended: ${end.message}`)
    if (this.#state === 'closed') return
    this.#client?.drop()
    this.#client = undefined
    const last = this.#draining
    const retryMs = last ? undefined : this.#backoffMs()
    this.#state = last ? 'closed' : 'waiting'
    if (retryMs !== undefined) this.#timer = setTimeout(() => this.#dial(), retryMs)
    const code = FAILURE_CODES[end.code]
    this.#options.onDetached?.(this, {
      code: code === 'lost' && !wasAttached ? 'unreachable' : code,
      message: end.message,
      retryMs,
    })
  }

  #backoffMs(): number {
    const { backoff, random } = this.#options
    const ceiling = Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(++this.#failures, MAX_DOUBLINGS))
    return backoff.minMs + random() * (ceiling - backoff.minMs)
  }

  #untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve
      if (this.#sessions.size === 0) resolve()
    })
  }
}

const MAX_DOUBLINGS = 30
// What a header can carry.
const TOKEN = /^[\x21-\x7e]+$/

const FAILURE_CODES: Readonly<Record<ControlEnd['code'], LinkFailure['code']>> = {
  refused: 'unauthenticated',
  ended: 'closed',
  silent: 'silent',
  'protocol-violation': 'protocol-violation',
  'too-large': 'protocol-violation',
  broken: 'protocol-violation',
  cancelled: 'lost',
  lost: 'lost',
  local: 'lost',
}
