import { ChunkQueue } from '@sallyport/bytes'
import { MalformedMessageError, MessageTooLargeError, type Side } from '../errors.ts'
import { HEADER_BYTES, MAX_PACKET_PAYLOAD, type RawPacket } from './raw-packet.ts'

/**
 * Cuts a stream into messages and joins those of several packets. Three outcomes: a message, `undefined` when more bytes are needed, and
 * {@link MalformedMessageError} for a length that cannot be or ids that do not follow each other. A message that lies in one chunk is a view of it;
 * any other is copied.
 */
export class PacketReader {
  readonly #maxMessageBytes: number
  readonly #side: Side
  readonly #queue = new ChunkQueue()
  /** Where the packet begins that is looked at next: behind full packets of the same message. */
  #offset = 0
  #packets = 0
  /** Less than this many bytes are not worth another look. */
  #needed = HEADER_BYTES

  /** `maxMessageBytes` bounds the payload of a message and its headers together; `side` is whose messages these are, for errors. */
  constructor(options: { readonly maxMessageBytes: number; readonly side?: Side }) {
    this.#maxMessageBytes = options.maxMessageBytes
    this.#side = options.side ?? 'frontend'
  }

  /** Bytes held back until a message is whole. */
  get bufferedBytes(): number {
    return this.#queue.length
  }

  /** Appends bytes as they came; the reader keeps the chunk and the caller must not change it afterwards. */
  push(chunk: Uint8Array): void {
    this.#queue.push(chunk)
  }

  /** The next whole message, which keeps its bytes as long as the chunks it came in are not changed; undefined when more bytes are needed. */
  next(): RawPacket | undefined {
    const queue = this.#queue
    if (queue.length < this.#needed) return undefined
    for (;;) {
      const at = this.#offset
      this.#needed = at + HEADER_BYTES
      if (queue.length < this.#needed) return undefined
      const length = queue.byteAt(at) | (queue.byteAt(at + 1) << 8) | (queue.byteAt(at + 2) << 16)
      const first = queue.byteAt(3)
      if (queue.byteAt(at + 3) !== ((first + this.#packets) & 0xff)) {
        throw new MalformedMessageError(this.#side, 'The packets of a message are out of order')
      }
      const end = at + HEADER_BYTES + length
      if (end > this.#maxMessageBytes) {
        throw new MessageTooLargeError(this.#side, end, this.#maxMessageBytes)
      }
      this.#needed = end
      if (queue.length < end) return undefined
      this.#packets += 1
      this.#offset = end
      if (length < MAX_PACKET_PAYLOAD) return this.#take(first, end)
    }
  }

  /** Removes and returns the bytes that no message was made of yet: for a stream that goes on under TLS or compression. */
  takeBuffered(): Uint8Array {
    this.#reset()
    return this.#queue.takeAll()
  }

  #take(sequence: number, end: number): RawPacket {
    const bytes = this.#queue.take(end)
    const nextSequence = (sequence + this.#packets) & 0xff
    const payload = this.#packets === 1 ? bytes.subarray(HEADER_BYTES) : joinPayload(bytes)
    this.#reset()
    return { bytes, payload, sequence, nextSequence }
  }

  #reset(): void {
    this.#offset = 0
    this.#packets = 0
    this.#needed = HEADER_BYTES
  }
}

/** The payload of a message of several packets, without the headers between. */
export function joinPayload(bytes: Uint8Array): Uint8Array {
  const packets = Math.ceil(bytes.length / (MAX_PACKET_PAYLOAD + HEADER_BYTES))
  const payload = new Uint8Array(bytes.length - packets * HEADER_BYTES)
  for (let index = 0; index < packets; index += 1) {
    const start = index * (MAX_PACKET_PAYLOAD + HEADER_BYTES) + HEADER_BYTES
    payload.set(bytes.subarray(start, start + MAX_PACKET_PAYLOAD), index * MAX_PACKET_PAYLOAD)
  }
  return payload
}
