import type { Clock } from '@sallyport/core'
import type { Call, CallEnd } from './call.ts'
import { ProtocolViolationError } from './errors.ts'
import type { MessageCodec } from './protobuf.ts'
import type { TunnelLimits } from './settings.ts'

export interface ControlHandlers<Incoming> {
  /** Heartbeats do not come here. @throws ProtocolViolationError to end the stream. */
  readonly onMessage: (message: Incoming) => void
  /** Exactly once, and nothing after it. */
  readonly onClosed: (end: ControlEnd) => void
}

export interface ControlEnd {
  /** `silent`: nothing came for `heartbeatTimeoutMs`, as from a half-open connection. `local`: this side ended it. */
  readonly code: CallEnd['code'] | 'silent' | 'protocol-violation' | 'local'
  readonly message: string
}

interface Heartbeat {
  readonly type: 'heartbeat'
  readonly sequence: number
}

/** The control stream of one attachment, with its heartbeat; the same for both sides. */
export class ControlStream<Outgoing extends { readonly type: string }, Incoming extends { readonly type: string }> {
  readonly #call: Call
  readonly #outgoing: MessageCodec<Outgoing | Heartbeat>
  readonly #limits: TunnelLimits
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #onClosed: (end: ControlEnd) => void
  #beat: NodeJS.Timeout | undefined
  #sequence = 0
  #heardMs: number
  #congested = false
  #closed = false

  constructor(
    call: Call,
    codecs: {
      readonly outgoing: MessageCodec<Outgoing | Heartbeat>
      readonly incoming: MessageCodec<Incoming | Heartbeat>
    },
    limits: TunnelLimits,
    clock: Pick<Clock, 'monotonicMs'>,
    handlers: ControlHandlers<Exclude<Incoming, Heartbeat>>,
  ) {
    this.#call = call
    this.#outgoing = codecs.outgoing
    this.#limits = limits
    this.#clock = clock
    this.#onClosed = handlers.onClosed
    this.#heardMs = clock.monotonicMs()
    call.handle({
      onMessage: (bytes) => {
        if (this.#closed) return
        this.heard()
        try {
          const message = codecs.incoming.decode(bytes)
          if (message.type !== 'heartbeat') handlers.onMessage(message as Exclude<Incoming, Heartbeat>)
        } catch (error) {
          if (!(error instanceof ProtocolViolationError)) throw error
          this.#cut({ code: 'protocol-violation', message: error.message })
        }
      },
      onDrain: () => {
        this.#congested = false
      },
      onClosed: (end) => {
        // Answers an orderly end with its own; after any other there is nothing left to end.
        call.end()
        this.#close(end)
      },
    })
  }

  /** True while the peer does not take what was sent. */
  get congested(): boolean {
    return this.#congested
  }

  /** Anything from the peer, on whichever stream of the connection, shows that it lives. */
  heard(): void {
    this.#heardMs = this.#clock.monotonicMs()
  }

  startHeartbeat(): void {
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.#limits
    let beatMs = this.#clock.monotonicMs()
    this.#beat = setInterval(() => {
      const nowMs = this.#clock.monotonicMs()
      const silenceMs = nowMs - this.#heardMs
      // Who comes late to the check was busy itself, and what the peer has said may still wait to be read.
      const late = nowMs - beatMs > 2 * heartbeatIntervalMs
      beatMs = nowMs
      if (silenceMs >= heartbeatTimeoutMs && !late) {
        this.#cut({ code: 'silent', message: `nothing was heard for ${Math.round(silenceMs)} ms` })
      } else if (!this.#congested) {
        this.send({ type: 'heartbeat', sequence: this.#sequence++ })
      }
    }, heartbeatIntervalMs)
  }

  send(message: Outgoing | Heartbeat): void {
    if (this.#closed) return
    // What the peer does not read must not pile up here.
    if (this.#congested) return this.#cut({ code: 'silent', message: 'the peer does not read its control stream' })
    if (!this.#call.write([this.#outgoing.encode(message)])) this.#congested = true
  }

  /** Ends the stream orderly. */
  end(): void {
    if (this.#closed) return
    this.#call.end()
    this.#close({ code: 'local', message: 'ended by this side' })
  }

  /** Cuts the stream and its connection. */
  cancel(message: string): void {
    this.#cut({ code: 'local', message })
  }

  #cut(end: ControlEnd): void {
    if (this.#closed) return
    this.#call.drop()
    this.#close(end)
  }

  #close(end: ControlEnd): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#beat)
    this.#onClosed(end)
  }
}
