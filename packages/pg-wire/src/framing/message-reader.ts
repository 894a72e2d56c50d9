import { ChunkQueue } from '@sallyport/bytes'
import { MalformedMessageError, type Side } from '../errors.ts'
import { HEADER_BYTES, RawMessage } from './raw-message.ts'

/**
 * Cuts a stream into messages. Three outcomes: a message, `undefined` when more bytes are needed, and {@link MalformedMessageError} for a
 * length that cannot be, before anything is allocated for it. A message that lies in one chunk is a view of it; any other is copied once,
 * however many chunks it came in.
 */
export class MessageReader {
  readonly #maxMessageBytes: number
  readonly #side: Side
  readonly #queue = new ChunkQueue()

  /** `maxMessageBytes` bounds a whole message, tag and length included; `side` is whose messages these are, for errors. */
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
  next(): RawMessage | undefined {
    const queue = this.#queue
    if (queue.length < HEADER_BYTES) return undefined
    const total = checkedTotal(queue.int32At(1), queue.byteAt(0), this.#maxMessageBytes, this.#side)
    return queue.length < total ? undefined : new RawMessage(queue.take(total))
  }

  /** Removes and returns the bytes that no message was made of yet: for a stream that goes on under another protocol. */
  takeBuffered(): Uint8Array {
    return this.#queue.takeAll()
  }
}

/** The size of a whole message with this length field; throws {@link MalformedMessageError} when it is too small or too large. */
export function checkedTotal(length: number, tag: number, maxMessageBytes: number, side: Side): number {
  if (length < LENGTH_BYTES) {
    throw new MalformedMessageError(side, `A message of type 0x${tag.toString(16)} cannot have length ${length}`)
  }
  if (length + 1 > maxMessageBytes) {
    throw new MalformedMessageError(
      side,
      `A message of type 0x${tag.toString(16)} has ${length + 1} bytes; at most ${maxMessageBytes} are allowed`,
    )
  }
  return length + 1
}

/** The length counts itself. */
const LENGTH_BYTES = 4
