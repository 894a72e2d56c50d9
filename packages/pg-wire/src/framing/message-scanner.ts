import type { Side } from '../errors.ts'
import { checkedTotal } from './message-reader.ts'
import { HEADER_BYTES, RawMessage } from './raw-message.ts'

/** Where a {@link MessageScanner} delivers. Both kinds of bytes are views of the chunk or borrowed: valid during the call. */
export interface ScannerSink {
  /**
   * Whether messages of this type pass through unassembled; `whole` for those that are delivered in runs of whole messages, and assembled only where a
   * chunk cuts them. Asked at the first message of every run, so it may change with every message.
   */
  readonly streams: (tag: number) => boolean | 'whole'
  /**
   * Bytes of messages that stream, in order, headers included: any number of whole messages and, unless `whole` was the answer, parts of messages,
   * all of type `tag`. `completed` says how many messages ended in this run.
   */
  readonly run: (bytes: Uint8Array, completed: number, tag: number) => void
  /** A whole message that does not stream. */
  readonly message: (raw: RawMessage) => void
}

/**
 * Cuts a stream into messages like MessageReader, for relaying results: messages that stream are never assembled, so a row of any size passes
 * with flat memory, and rows that follow each other in a chunk are handed on in one piece.
 */
export class MessageScanner {
  readonly #maxMessageBytes: number
  readonly #maxStreamedBytes: number
  readonly #side: Side
  /** The header of a message, as far as it has come; `#headerBytes` of it. */
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  /** The streamed message that the last chunk ended in: its type, and the bytes that are still to come. */
  #streamedTag = 0
  #streamedLeft = 0
  /** The message being assembled, and how much of it has come. */
  #assembly: Uint8Array | undefined
  #assembled = 0

  /**
   * `maxMessageBytes` bounds a message that is assembled, `maxStreamedBytes` one that streams (default: what the length field can say), both with
   * tag and length; `side` is whose messages these are, for errors.
   */
  constructor(options: { readonly maxMessageBytes: number; readonly maxStreamedBytes?: number; readonly side?: Side }) {
    this.#maxMessageBytes = options.maxMessageBytes
    this.#maxStreamedBytes = options.maxStreamedBytes ?? MAX_LENGTH + 1
    this.#side = options.side ?? 'backend'
  }

  /** Whether the last chunk ended at the end of a message. */
  get atBoundary(): boolean {
    return this.#headerBytes === 0 && this.#streamedLeft === 0 && this.#assembly === undefined
  }

  /** Delivers everything in the chunk before it returns. Throws MalformedMessageError for a length that cannot be. */
  scan(chunk: Uint8Array, sink: ScannerSink): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#streamedLeft > 0) at = this.#streamOn(chunk, at, sink)
      else if (this.#assembly !== undefined) at = this.#assembleOn(this.#assembly, chunk, at, sink)
      else if (this.#headerBytes > 0 || chunk.length - at < HEADER_BYTES) at = this.#collectHeader(chunk, at, sink)
      else at = this.#begin(chunk, at, sink)
    }
  }

  /** A message begins at `at`, with its whole header in the chunk. */
  #begin(chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const tag = chunk[at]!
    const streams = sink.streams(tag)
    if (streams === true) return this.#stream(chunk, at, at, 0, tag, sink)
    if (streams === 'whole') {
      const next = this.#streamWhole(chunk, at, tag, sink)
      if (next > at) return next
    }
    const total = checkedTotal(int32At(chunk, at + 1), tag, this.#maxMessageBytes, this.#side)
    if (total <= chunk.length - at) {
      sink.message(new RawMessage(chunk.subarray(at, at + total)))
      return at + total
    }
    this.#assembly = new Uint8Array(total)
    this.#assembled = 0
    return at
  }

  /** Delivers the run of messages of type `tag` that began at `start`, `completed` of them done; the next begins at `at`. */
  #stream(chunk: Uint8Array, start: number, at: number, completed: number, tag: number, sink: ScannerSink): number {
    const end = chunk.length
    let next = at
    let done = completed
    while (end - next >= HEADER_BYTES && chunk[next] === tag) {
      const total = checkedTotal(int32At(chunk, next + 1), tag, this.#maxStreamedBytes, this.#side)
      if (total > end - next) {
        this.#streamedTag = tag
        this.#streamedLeft = total - (end - next)
        next = end
        break
      }
      next += total
      done += 1
    }
    if (next > start) sink.run(chunk.subarray(start, next), done, tag)
    return next
  }

  /** Delivers the messages of type `tag` that lie in the chunk as a whole, from `start` on; returns where the next begins. */
  #streamWhole(chunk: Uint8Array, start: number, tag: number, sink: ScannerSink): number {
    const end = chunk.length
    let next = start
    let done = 0
    while (end - next >= HEADER_BYTES && chunk[next] === tag) {
      const total = checkedTotal(int32At(chunk, next + 1), tag, this.#maxMessageBytes, this.#side)
      if (total > end - next) break
      next += total
      done += 1
    }
    if (done > 0) sink.run(chunk.subarray(start, next), done, tag)
    return next
  }

  /** The chunk goes on with a streamed message that has not ended. */
  #streamOn(chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const tag = this.#streamedTag
    const available = chunk.length - at
    if (this.#streamedLeft > available) {
      this.#streamedLeft -= available
      sink.run(at === 0 ? chunk : chunk.subarray(at), 0, tag)
      return chunk.length
    }
    const next = at + this.#streamedLeft
    this.#streamedLeft = 0
    return this.#stream(chunk, at, next, 1, tag, sink)
  }

  #assembleOn(assembly: Uint8Array, chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const count = Math.min(assembly.length - this.#assembled, chunk.length - at)
    assembly.set(count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#assembled)
    this.#assembled += count
    if (this.#assembled === assembly.length) {
      this.#assembly = undefined
      sink.message(new RawMessage(assembly))
    }
    return at + count
  }

  /** A header that is split between chunks. */
  #collectHeader(chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const header = this.#header
    const count = Math.min(HEADER_BYTES - this.#headerBytes, chunk.length - at)
    header.set(chunk.subarray(at, at + count), this.#headerBytes)
    this.#headerBytes += count
    if (this.#headerBytes < HEADER_BYTES) return at + count
    this.#headerBytes = 0
    const tag = header[0]!
    const length = int32At(header, 1)
    if (sink.streams(tag) === true) {
      this.#streamedTag = tag
      this.#streamedLeft = checkedTotal(length, tag, this.#maxStreamedBytes, this.#side) - HEADER_BYTES
      sink.run(header.slice(), this.#streamedLeft === 0 ? 1 : 0, tag)
    } else {
      const assembly = new Uint8Array(checkedTotal(length, tag, this.#maxMessageBytes, this.#side))
      assembly.set(header)
      if (assembly.length === HEADER_BYTES) {
        sink.message(new RawMessage(assembly))
      } else {
        this.#assembly = assembly
        this.#assembled = HEADER_BYTES
      }
    }
    return at + count
  }
}

function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** The greatest number of the signed length field. */
const MAX_LENGTH = 0x7fff_ffff
