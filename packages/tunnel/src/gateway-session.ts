import type { Call } from './call.ts'
import { ProtocolViolationError, SessionRefusedError, TunnelError } from './errors.ts'
import { FrameStream } from './frames.ts'
import { HandlerQueue } from './handler-queue.ts'
import type { AgentControl, ControlFrame, GatewayControl, SessionOpen, SessionReady } from './messages.ts'
import type { CloseCode, CloseReason, GatewaySession, SessionHandlers } from './session.ts'
import type { TunnelLimits } from './settings.ts'

/** What a ticket stands for: the session that was asked for, and who waits for it. */
export interface Claim {
  readonly open: SessionOpen
  readonly agent: string
  /** Anything came from the agent. */
  readonly onHeard: () => void
  readonly onReady: (session: GatewaySession) => void
  /** Why there will be no session; only before `onReady`, and nothing comes after it. */
  readonly onFailed: (error: TunnelError) => void
  /** The session was ready, and is over. */
  readonly onClosed: () => void
}

/** The gateway's end of one session: takes Join, sends Open, waits for Ready, then relays. */
export class GatewaySessionStream implements GatewaySession {
  readonly #stream: FrameStream
  readonly #queue: HandlerQueue<AgentControl>
  readonly #claimTicket: (ticket: string, session: GatewaySessionStream) => Claim | undefined
  readonly #joinTimer: NodeJS.Timeout
  #claim: Claim | undefined
  #ready: SessionReady | undefined

  /** `claim` answers a ticket once, and only to the agent that it was given to. */
  constructor(
    call: Call,
    limits: TunnelLimits,
    claim: (ticket: string, session: GatewaySessionStream) => Claim | undefined,
  ) {
    this.#claimTicket = claim
    this.#joinTimer = setTimeout(() => this.#stream.destroy('aborted', 'no Join came'), limits.helloTimeoutMs)
    this.#stream = new FrameStream(call, limits, 'agent-lost', {
      onData: (chunk) => {
        if (this.#ready === undefined) throw new ProtocolViolationError('data came before ready')
        this.#claim?.onHeard()
        this.#queue.data(chunk)
      },
      onFrame: (frame) => this.#frame(frame),
      onDrain: () => this.#queue.drain(),
      onClosed: (reason) => this.#over(reason),
    })
    this.#queue = new HandlerQueue(this.#stream)
  }

  get id(): string {
    return this.#claimed.open.sessionId
  }

  get agent(): string {
    return this.#claimed.agent
  }

  get ready(): SessionReady {
    if (this.#ready === undefined) throw new TunnelError('misuse', 'the session is not ready yet')
    return this.#ready
  }

  get closed(): CloseReason | undefined {
    return this.#stream.closed
  }

  handle(handlers: SessionHandlers<AgentControl>): void {
    this.#queue.handle(handlers)
  }

  send(data: Uint8Array): boolean {
    return this.#stream.send(data)
  }

  control(message: GatewayControl): boolean {
    return this.#stream.control(message)
  }

  pause(): void {
    this.#queue.pause()
  }

  resume(): void {
    this.#queue.resume()
  }

  end(): void {
    this.#stream.end()
  }

  destroy(reason: { readonly code: CloseCode; readonly message: string } = ABORTED): void {
    this.#stream.destroy(reason.code, reason.message)
  }

  /** The agent is gone. */
  lose(message: string): void {
    this.#stream.lose('agent-lost', message)
  }

  get #claimed(): Claim {
    if (this.#claim === undefined) throw new TunnelError('misuse', 'the session has not been joined yet')
    return this.#claim
  }

  #frame(frame: Exclude<ControlFrame, { type: 'close' }>): void {
    this.#claim?.onHeard()
    switch (frame.type) {
      case 'join':
        return this.#join(frame.ticket)
      case 'ready': {
        if (this.#claim === undefined || this.#ready !== undefined)
          throw new ProtocolViolationError('ready out of turn')
        const { type: _, ...ready } = frame
        this.#ready = ready
        // Nothing is read until someone listens.
        this.#queue.hold()
        return this.#claim.onReady(this)
      }
      case 'refused': {
        if (this.#claim === undefined || this.#ready !== undefined)
          throw new ProtocolViolationError('refused out of turn')
        const { type: _, ...why } = frame
        const { onFailed } = this.#claim
        this.#claim = undefined
        onFailed(new SessionRefusedError(why))
        return this.#stream.destroy('ended', '')
      }
      case 'report':
      case 'failed':
      case 'barrier':
      case 'estimated':
      case 'unestimated':
      case 'userCode':
        if (this.#ready === undefined) throw new ProtocolViolationError(`${frame.type} came before ready`)
        return this.#queue.control(frame)
      case 'open':
      case 'cancel':
      case 'policy':
      case 'estimate':
        throw new ProtocolViolationError(`${frame.type} is not the agent's to send`)
    }
  }

  #join(ticket: string): void {
    if (this.#claim !== undefined) throw new ProtocolViolationError('join came twice')
    this.#claim = this.#claimTicket(ticket, this)
    if (this.#claim === undefined) throw new ProtocolViolationError('no session waits for this ticket')
    clearTimeout(this.#joinTimer)
    this.#stream.control({ type: 'open', ...this.#claim.open })
  }

  #over(reason: CloseReason): void {
    clearTimeout(this.#joinTimer)
    if (this.#ready === undefined) this.#claim?.onFailed(failure(reason))
    else this.#claim?.onClosed()
    this.#queue.closed(reason)
  }
}

// Whatever else ended it before it was ready, the agent did not open it.
function failure({ code, message }: CloseReason): TunnelError {
  if (code === 'protocol-violation' || code === 'message-too-large') return new ProtocolViolationError(message)
  return new TunnelError('agent-lost', `the agent left while the session was opened: ${message || code}`, {
    retryable: true,
  })
}

const ABORTED = { code: 'aborted', message: '' } as const
