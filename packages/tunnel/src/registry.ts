import { timingSafeEqual } from 'node:crypto'
import { Attachment } from './attachment.ts'
import { digest } from './authenticate.ts'
import type { IncomingCall } from './call.ts'
import { DECLINED } from './declined.ts'
import { NoAgentError, SessionRefusedError, TunnelError } from './errors.ts'
import type { SessionOpen } from './messages.ts'
import type { AttachedAgent, DetachReason, OpenSessionOptions, TunnelServerOptions } from './server.ts'
import type { GatewaySession } from './session.ts'
import type { TunnelLimits } from './settings.ts'
import { Tickets } from './tickets.ts'
import { within } from './within.ts'

type Options = TunnelServerOptions & { readonly limits: TunnelLimits }

/** The agents that are attached to this gateway, and the sessions they are asked for. */
export class Registry {
  readonly limits: TunnelLimits
  readonly #options: Options
  readonly #tickets: Tickets
  readonly #attached = new Set<Attachment>()
  // Authenticated, but owing a Hello.
  readonly #arriving = new Set<Attachment>()
  #unproven = 0
  #count = 0
  #closing = false

  constructor(options: Options) {
    this.#options = options
    this.limits = options.limits
    this.#tickets = new Tickets(options.limits, options.randomBytes)
  }

  agents(): readonly AttachedAgent[] {
    return [...this.#attached]
  }

  accept(call: IncomingCall): void {
    const credentials = digest(JSON.stringify([call.token, call.certificateFingerprint]))
    // INVARIANT: a Session is taken only with the very credentials of an agent that is attached.
    const belongs = (attachment: Attachment): boolean => timingSafeEqual(attachment.credentials, credentials)
    switch (call.method) {
      case 'Attach':
        void this.#attach(call, credentials)
        return
      case 'Session':
        if ([...this.#attached].some(belongs)) this.#tickets.accept(call, belongs)
        else this.#refuse(call, 'a session needs an agent that is attached')
    }
  }

  async openSession(open: SessionOpen, { agent, signal }: OpenSessionOptions): Promise<GatewaySession> {
    const tried = new Set<Attachment>()
    for (let failure: unknown; ;) {
      if (this.#closing) throw new TunnelError('tunnel-closed', 'the gateway is shutting down', { retryable: true })
      if (signal?.aborted === true) throw new TunnelError('aborted', 'the session was not wanted any more')
      const attachment = this.#pick(agent, open, tried)
      if (attachment === undefined) throw failure ?? new NoAgentError(agent, open.connection)
      if (attachment.sessions >= this.limits.maxSessionsPerAgent) {
        const message = `agent "${agent}" has ${attachment.sessions} sessions`
        throw new TunnelError('too-many-sessions', message, { retryable: true })
      }
      try {
        return await this.#tickets.open(attachment, open, signal)
      } catch (error) {
        // Nothing has run yet, so another agent may be asked.
        if (!elsewhere(error)) throw error
        tried.add(attachment)
        failure = error
      }
    }
  }

  /** Ends everything: at once with 0, else when the sessions are over or `drainMs` have passed. */
  async drain(drainMs: number): Promise<void> {
    this.#closing = true
    for (const attachment of this.#attached) attachment.announceDraining(drainMs)
    await within(
      [...this.#attached].map((attachment) => attachment.idle()),
      drainMs,
    )
    for (const attachment of [...this.#attached, ...this.#arriving]) attachment.shutdown()
  }

  #pick(agent: string, { connection, engine }: SessionOpen, tried: ReadonlySet<Attachment>): Attachment | undefined {
    let best: Attachment | undefined
    for (const attachment of this.#attached) {
      if (attachment.name !== agent || tried.has(attachment) || !attachment.serves(connection, engine)) continue
      if (best === undefined || attachment.sessions < best.sessions) best = attachment
    }
    return best
  }

  async #attach(call: IncomingCall, credentials: Uint8Array): Promise<void> {
    if (this.#closing) return call.cancel()
    if (this.#attached.size + this.#arriving.size + this.#unproven >= this.limits.maxAgents) {
      return this.#refuse(call, 'too many agents')
    }
    this.#unproven++
    const name = await this.#authenticate(call)
    this.#unproven--
    if (name === undefined) return this.#refuse(call, 'the credentials are not those of a known agent')
    const attachment = new Attachment({
      call,
      id: `${name}-${++this.#count}`,
      name,
      credentials,
      gateway: this.#options.gateway,
      gatewayVersion: this.#options.version,
      limits: this.limits,
      clock: this.#options.clock,
      onHello: (attachment) => {
        this.#arriving.delete(attachment)
        this.#attached.add(attachment)
        this.#options.onAttach?.(attachment)
      },
      onDeclined: (attachment, ticket, failure) => this.#tickets.declined(attachment, ticket, failure),
      onClosed: (attachment, reason) => this.#detached(attachment, reason),
    })
    this.#arriving.add(attachment)
  }

  async #authenticate({
    token,
    certificateSubject,
    certificateFingerprint,
  }: IncomingCall): Promise<string | undefined> {
    try {
      return await this.#options.authenticate({ token, certificateSubject, certificateFingerprint })
    } catch {
      return undefined
    }
  }

  #detached(attachment: Attachment, reason: DetachReason): void {
    this.#arriving.delete(attachment)
    if (this.#attached.delete(attachment)) this.#options.onDetach?.(attachment, reason)
  }

  #refuse(call: IncomingCall, message: string): void {
    call.refuse(message)
    this.#options.onRefused?.({ peer: call.peer, message })
  }
}

// The agent was lost, or would not take the session: what another agent of that name may do better.
function elsewhere(error: unknown): boolean {
  if (error instanceof SessionRefusedError) return DECLINED.has(error.failure.code)
  return error instanceof TunnelError && error.code === 'agent-lost'
}
