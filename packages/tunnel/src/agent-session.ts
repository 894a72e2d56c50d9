import type { Call } from './call.ts'
import { ProtocolViolationError, TunnelError } from './errors.ts'
import { FrameStream } from './frames.ts'
import { HandlerQueue } from './handler-queue.ts'
import type { AgentControl, ControlFrame, Failure, GatewayControl, SessionOpen, SessionReady } from './messages.ts'
import type { AgentSession, CloseCode, CloseReason, SessionHandlers } from './session.ts'
import type { TunnelLimits } from './settings.ts'

export interface AgentSessionOptions {
  readonly call: Call
  readonly ticket: string
  readonly limits: TunnelLimits
  /** Anything came from the gateway. */
  readonly onHeard: () => void
  readonly onOpen: (session: AgentSession, open: SessionOpen) => void
  readonly onClosed: () => void
}

/** The agent's end of one session: sends Join, waits for Open, answers it, then relays. */
export class AgentSessionStream implements AgentSession {
  readonly #stream: FrameStream
  readonly #queue: HandlerQueue<GatewayControl>
  readonly #abort = new AbortController()
  readonly #openTimer: NodeJS.Timeout
  #open: SessionOpen | undefined
  #answered = false

  constructor(options: AgentSessionOptions) {
    const { limits, onHeard } = options
    this.#openTimer = setTimeout(() => this.#stream.destroy('aborted', 'no Open came'), limits.helloTimeoutMs)
    this.#stream = new FrameStream(options.call, limits, 'gateway-lost', {
      onData: (chunk) => {
        onHeard()
        // The gateway sends nothing before it has seen Ready.
        if (!this.#answered) throw new ProtocolViolationError('data came before ready')
        this.#queue.data(chunk)
      },
      onFrame: (frame) => {
        onHeard()
        this.#frame(frame, options)
      },
      onDrain: () => this.#queue.drain(),
      onClosed: (reason) => {
        clearTimeout(this.#openTimer)
        this.#abort.abort()
        options.onClosed()
        this.#queue.closed(reason)
      },
    })
    this.#queue = new HandlerQueue(this.#stream)
    this.#stream.control({ type: 'join', ticket: options.ticket })
  }

  get id(): string {
    return this.open.sessionId
  }

  get open(): SessionOpen {
    if (this.#open === undefined) throw new TunnelError('misuse', 'the session is not open yet')
    return this.#open
  }

  get closed(): CloseReason | undefined {
    return this.#stream.closed
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  ready(ready: SessionReady): void {
    this.#answer()
    this.#stream.control({ type: 'ready', ...ready })
  }

  refuse(failure: Failure): void {
    this.#answer()
    this.#stream.control({ type: 'refused', ...failure })
    this.#stream.end()
  }

  handle(handlers: SessionHandlers<GatewayControl>): void {
    this.#queue.handle(handlers)
  }

  send(data: Uint8Array): boolean {
    if (!this.#answered) throw new TunnelError('misuse', 'nothing may be sent before ready')
    return this.#stream.send(data)
  }

  control(message: AgentControl): boolean {
    if (!this.#answered) throw new TunnelError('misuse', 'nothing may be sent before ready')
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

  /** The gateway is gone. */
  lose(message: string): void {
    this.#stream.lose('gateway-lost', message)
  }

  #answer(): void {
    if (this.#answered) throw new TunnelError('misuse', 'a session is answered once')
    this.#answered = true
    // Nothing is read until someone listens.
    this.#queue.hold()
  }

  #frame(frame: Exclude<ControlFrame, { type: 'close' }>, options: AgentSessionOptions): void {
    switch (frame.type) {
      case 'open': {
        if (this.#open !== undefined) throw new ProtocolViolationError('open came twice')
        clearTimeout(this.#openTimer)
        const { type: _, ...open } = frame
        this.#open = open
        return options.onOpen(this, open)
      }
      case 'cancel':
      case 'policy':
      case 'estimate':
        if (this.#open === undefined) throw new ProtocolViolationError(`${frame.type} came before open`)
        return this.#queue.control(frame)
      case 'join':
      case 'ready':
      case 'refused':
      case 'report':
      case 'failed':
      case 'barrier':
      case 'estimated':
      case 'unestimated':
      case 'userCode':
        throw new ProtocolViolationError(`${frame.type} is not the gateway's to send`)
    }
  }
}

const ABORTED = { code: 'aborted', message: '' } as const
