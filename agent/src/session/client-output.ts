import { OutputBuffer } from '@sallyport/masking'
import type { AgentSession, AgentControl } from '@sallyport/tunnel'

/** Gathers what goes to the client, and sends it in large pieces. Runs of rows go as they are; everything else is copied together. */
export class ClientOutput {
  readonly #session: Pick<AgentSession, 'send' | 'control'>
  readonly #buffer = new OutputBuffer(BATCH_BYTES)
  #congested = false

  constructor(session: Pick<AgentSession, 'send' | 'control'>) {
    this.#session = session
  }

  /** The tunnel has enough to do: read no more from the database until it has drained. */
  get congested(): boolean {
    return this.#congested
  }

  /** Where masked rows are written. */
  get buffer(): OutputBuffer {
    return this.#buffer
  }

  drained(): void {
    this.#congested = false
  }

  /** Copies a message. */
  message(bytes: Uint8Array): void {
    this.#buffer.copy(bytes, 0, bytes.length)
    this.spill()
  }

  /** Sends bytes that nobody will change, without copying them. */
  run(bytes: Uint8Array): void {
    if (bytes.length < SMALL_BYTES) {
      this.message(bytes)
      return
    }
    this.flush()
    this.#note(this.#session.send(bytes))
  }

  /** A control message, behind everything written so far. */
  control(message: AgentControl): void {
    this.flush()
    this.#note(this.#session.control(message))
  }

  /** Sends what has grown large. */
  spill(): void {
    if (this.#buffer.length >= BATCH_BYTES) this.flush()
  }

  flush(): void {
    if (this.#buffer.length > 0) this.#note(this.#session.send(this.#buffer.take()))
  }

  #note(wanted: boolean): void {
    if (!wanted) this.#congested = true
  }
}

const BATCH_BYTES = 64 * 1024
const SMALL_BYTES = 4 * 1024
