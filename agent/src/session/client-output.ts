import { OutputBuffer } from '@sallyport/masking'
import type { AgentSession, AgentControl } from '@sallyport/tunnel'

/**
 * Gathers what goes to the client, and sends it in large pieces. Runs of rows go as they are; everything else is copied together. Databases write rows in
 * pieces of 8 or 16 KiB, and each piece costs every process on the way a turn: so once a result is large, its rows are held for up to a millisecond, or
 * until there are enough of them.
 */
export class ClientOutput {
  readonly #session: Pick<AgentSession, 'send' | 'control'>
  readonly #buffer = new OutputBuffer(BATCH_BYTES)
  #congested = false
  /** Bytes of rows since anything else came. */
  #streamed = 0
  #held: Uint8Array[] = []
  #heldBytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(session: Pick<AgentSession, 'send' | 'control'>) {
    this.#session = session
  }

  /** The tunnel has enough to do: read no more from the database until it has drained. */
  get congested(): boolean {
    return this.#congested
  }

  /** Where masked rows are written. */
  get buffer(): OutputBuffer {
    this.#release()
    return this.#buffer
  }

  drained(): void {
    this.#congested = false
  }

  /** Copies a message. */
  message(bytes: Uint8Array): void {
    this.#release()
    this.#streamed = 0
    this.#buffer.copy(bytes, 0, bytes.length)
    this.spill()
  }

  /** Sends bytes that nobody will change, without copying them. */
  run(bytes: Uint8Array): void {
    this.#streamed += bytes.length
    if (this.#streamed > LARGE_BYTES) this.#hold(bytes)
    else if (bytes.length < SMALL_BYTES) {
      this.#buffer.copy(bytes, 0, bytes.length)
      this.spill()
    } else {
      this.flush()
      this.#note(this.#session.send(bytes))
    }
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

  /** Sends what was written; rows of a large result may wait for more of them. */
  rest(): void {
    this.#flushBuffer()
  }

  /** Sends everything. */
  flush(): void {
    this.#release()
    this.#flushBuffer()
  }

  #hold(bytes: Uint8Array): void {
    this.#flushBuffer()
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes >= BATCH_BYTES) this.#release()
    else this.#timer ??= setTimeout(() => this.#release(), HOLD_MS)
  }

  #release(): void {
    if (this.#heldBytes === 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#heldBytes = 0
    for (const bytes of this.#held.splice(0)) this.#note(this.#session.send(bytes))
  }

  #flushBuffer(): void {
    if (this.#buffer.length > 0) this.#note(this.#session.send(this.#buffer.take()))
  }

  #note(wanted: boolean): void {
    if (!wanted) this.#congested = true
  }
}

const BATCH_BYTES = 64 * 1024
const SMALL_BYTES = 4 * 1024
/** Rows of a result that are sent without waiting for more. */
const LARGE_BYTES = 128 * 1024
const HOLD_MS = 1
