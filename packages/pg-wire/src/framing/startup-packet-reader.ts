import { ChunkQueue } from '@sallyport/bytes'
import { MalformedMessageError } from '../errors.ts'

/** Cuts the untagged packets that begin a connection: a length and a body. Outcomes as with MessageReader. */
export class StartupPacketReader {
  readonly #maxPacketBytes: number
  readonly #queue = new ChunkQueue()

  /** `maxPacketBytes` bounds a whole packet, length included. */
  constructor(options: { readonly maxPacketBytes?: number } = {}) {
    this.#maxPacketBytes = options.maxPacketBytes ?? MAX_STARTUP_PACKET_BYTES
  }

  /** Bytes held back until a packet is whole; more than none behind an SSLRequest were sent before TLS, and are a violation. */
  get bufferedBytes(): number {
    return this.#queue.length
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk)
  }

  /** The body of the next packet, which keeps its bytes as long as the chunks it came in are not changed; undefined when more are needed. */
  next(): Uint8Array | undefined {
    const queue = this.#queue
    if (queue.length < LENGTH_BYTES) return undefined
    const length = queue.int32At(0)
    if (length < LEAST_PACKET_BYTES || length > this.#maxPacketBytes) {
      throw new MalformedMessageError(
        'frontend',
        `A startup packet cannot have length ${length}; ${LEAST_PACKET_BYTES} to ${this.#maxPacketBytes} are allowed`,
      )
    }
    return queue.length < length ? undefined : queue.take(length).subarray(LENGTH_BYTES)
  }

  /** Removes and returns what followed the last packet: the first bytes of the tagged messages. */
  takeBuffered(): Uint8Array {
    return this.#queue.takeAll()
  }
}

/** MAX_STARTUP_PACKET_LENGTH of pqcomm.h. */
export const MAX_STARTUP_PACKET_BYTES = 10_000
const LENGTH_BYTES = 4
/** The length and a version or request code. */
const LEAST_PACKET_BYTES = 8
