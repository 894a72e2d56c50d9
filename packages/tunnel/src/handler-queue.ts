import { ProtocolViolationError } from './errors.ts'
import type { CloseReason, SessionHandlers } from './session.ts'

/**
 * Stands between a stream and its listener: until there is one, the stream is held, and what had been read by then waits here.
 * While paused it lets nothing through but the end of a stream that was cut.
 */
export class HandlerQueue<Incoming> {
  readonly #stream: { readonly pause: () => void; readonly resume: () => void }
  #handlers: SessionHandlers<Incoming> | undefined
  #early: ((handlers: SessionHandlers<Incoming>) => void)[] = []

  constructor(stream: { readonly pause: () => void; readonly resume: () => void }) {
    this.#stream = stream
  }

  /** Stops reading until `handle`. */
  hold(): void {
    if (this.#handlers === undefined) this.#stream.pause()
  }

  handle(handlers: SessionHandlers<Incoming>): void {
    const first = this.#handlers === undefined
    this.#handlers = handlers
    const early = this.#early
    this.#early = []
    for (const deliver of early) deliver(handlers)
    if (first) this.#stream.resume()
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (this.#handlers !== undefined) this.#stream.resume()
  }

  data(chunk: Uint8Array): void {
    if (this.#handlers === undefined) this.#early.push((handlers) => handlers.onData(chunk))
    else this.#handlers.onData(chunk)
  }

  control(message: Incoming): void {
    if (this.#handlers !== undefined) this.#handlers.onControl(message)
    else if (this.#early.length < MAX_EARLY) this.#early.push((handlers) => handlers.onControl(message))
    else throw new ProtocolViolationError('too many messages before the session was ready')
  }

  drain(): void {
    this.#handlers?.onDrain()
  }

  closed(reason: CloseReason): void {
    if (this.#handlers === undefined) this.#early.push((handlers) => handlers.onClosed(reason))
    else this.#handlers.onClosed(reason)
  }
}

// A session that is being opened has no reason to get more than a cancel and a policy or two.
const MAX_EARLY = 64
