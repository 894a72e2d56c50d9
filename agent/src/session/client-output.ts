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

  /** Where masked rows are written, behind everything that came before. */
  get buffer(): OutputBuffer {
    this.#sendHeld()
    return this.#buffer
  }

  drained(): void {
    this.#congested = false
  }

  /** Copies a message. */
  message(bytes: Uint8Array): void {
    this.#sendHeld()
    this.#streamed = 0
    this.#buffer.copy(bytes, 0, bytes.length)
    this.spill()
  }

  /** Rows that nobody will change: sent without copying them, unless they are few. */
  run(bytes: Uint8Array): void {
    if (bytes.length < SMALL_BYTES && this.#streamed <= LARGE_BYTES) {
      this.#buffer.copy(bytes, 0, bytes.length)
      this.spill()
      return
    }
    this.#sendBuffer()
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    this.#streamed += bytes.length
    if (this.#heldBytes >= BATCH_BYTES) this.#sendHeld()
  }

  /** A control message, behind everything written so far. */
  control(message: AgentControl): void {
    this.flush()
    this.#note(this.#session.control(message))
  }

  /** Sends what has grown large. */
  spill(): void {
    if (this.#buffer.length >= BATCH_BYTES) this.#sendBuffer()
  }

  /** All that is there for now was written: it is sent, but for rows of a large result, which wait a moment for more of them. */
  rest(): void {
    if (this.#streamed <= LARGE_BYTES) this.flush()
    else if (this.#heldBytes + this.#buffer.length > 0) this.#timer ??= setTimeout(() => this.flush(), HOLD_MS)
  }

  /** Sends everything. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sendHeld()
    this.#sendBuffer()
  }

  // INVARIANT: only one of the two holds anything: what is added to one follows what was sent of the other.
  #sendHeld(): void {
    if (this.#heldBytes === 0) return
    this.#heldBytes = 0
    for (const bytes of this.#held.splice(0)) this.#note(this.#session.send(bytes))
  }

  #sendBuffer(): void {
    this.#streamed += this.#buffer.length
    if (this.#buffer.length > 0) this.#note(this.#session.send(this.#buffer.take()))
  }

  #note(wanted: boolean): void {
    if (!wanted) this.#congested = true
  }
}

const BATCH_BYTES = 64 * 1024
const SMALL_BYTES = 4 * 1024
/** How much of a result is sent without waiting for more of it. */
const LARGE_BYTES = 128 * 1024
const HOLD_MS = 1
