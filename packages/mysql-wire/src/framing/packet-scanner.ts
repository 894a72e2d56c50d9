import { MalformedMessageError, MessageTooLargeError, type Side } from '../errors.ts'
import { joinPayload } from './packet-reader.ts'
import { HEADER_BYTES, MAX_PACKET_PAYLOAD, type RawPacket } from './raw-packet.ts'

/** Messages that stream: any number of whole ones and parts of them, headers included. Valid during the call. */
export interface PacketRun {
  readonly bytes: Uint8Array
  /** Messages that ended in this run. */
  readonly completed: number
  /** Packets whose header ended in this run. */
  readonly packets: number
  /** Sequence id of the first of them; meaningless when there are none. */
  readonly sequence: number
}

/** Where a {@link PacketScanner} delivers. Bytes are views of the chunk or borrowed: valid during the call. */
export interface ScannerSink {
  /**
   * Whether the message that begins passes through unassembled; `whole` for one that is delivered in runs of whole messages, and assembled only where
   * a chunk cuts it. Asked with the first byte of its payload (-1 when it is empty) and the length of its first packet, at every message but those that lie
   * whole behind one that streams and begin as a row and nothing else can.
   */
  readonly streams: (firstByte: number, length: number) => boolean | 'whole'
  readonly run: (run: PacketRun) => void
  /** A whole message that does not stream. */
  readonly message: (raw: RawPacket) => void
}

/**
 * Cuts a stream into messages like PacketReader, for relaying results: messages that stream are never assembled, so a row of any size passes with
 * flat memory, and rows that follow each other in a chunk are handed on in one piece.
 */
export class PacketScanner {
  readonly #maxMessageBytes: number
  readonly #side: Side
  /** The header of a packet, and the first byte of a message's payload, as far as they came in earlier chunks. */
  readonly #header = new Uint8Array(HEADER_BYTES + 1)
  #headerBytes = 0
  /** What happens to the message in the middle of which the stream stands. */
  #mode: 'between' | 'stream' | 'assemble' = 'between'
  /** Payload bytes of the packet that are still to come, whether another packet of the message follows, and the id that it must have. */
  #left = 0
  #continues = false
  #nextId = 0
  /** The message being assembled: its packets that have come whole, the one that has not, and how much of that has. */
  #parts: Uint8Array[] = []
  #partBytes = 0
  #packet: Uint8Array | undefined
  #filled = 0
  /** The run being collected in this chunk. */
  #runStart = -1
  #completed = 0
  #packets = 0
  #sequence = 0
  /** Whether it may hold whole messages only. */
  #whole = false

  /** `maxMessageBytes` bounds a message that is assembled, with its headers; `side` is whose messages these are, for errors. */
  constructor(options: { readonly maxMessageBytes: number; readonly side?: Side }) {
    this.#maxMessageBytes = options.maxMessageBytes
    this.#side = options.side ?? 'backend'
  }

  /** Whether the last chunk ended at the end of a message. */
  get atBoundary(): boolean {
    return this.#mode === 'between' && this.#headerBytes === 0
  }

  /** Delivers everything in the chunk before it returns. Throws MalformedMessageError for a message that cannot be. */
  scan(chunk: Uint8Array, sink: ScannerSink): void {
    let at = 0
    while (at < chunk.length) at = this.#left > 0 ? this.#body(chunk, at, sink) : this.#takeHeader(chunk, at, sink)
    this.#flush(chunk, chunk.length, sink)
  }

  /** A packet begins, or its header goes on. */
  #takeHeader(chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const available = chunk.length - at
    if (this.#headerBytes === 0 && available > HEADER_BYTES) {
      return this.#begin(chunk, at, at, HEADER_BYTES, sink)
    }
    // INVARIANT: bytes of a header that is split are delivered once, as a run of their own, or become part of the assembled message.
    if (this.#headerBytes === 0) this.#flush(chunk, at, sink)
    const header = this.#header
    header[this.#headerBytes] = chunk[at]!
    this.#headerBytes += 1
    if (this.#headerBytes < HEADER_BYTES) return at + 1
    const empty = lengthAt(header, 0) === 0
    if (this.#headerBytes === HEADER_BYTES && this.#mode === 'between' && !empty) return at + 1
    const collected = header.slice(0, this.#headerBytes)
    this.#headerBytes = 0
    this.#begin(collected, 0, 0, collected.length, sink)
    this.#flush(collected, collected.length, sink)
    return at + 1
  }

  /** A packet whose header is at `start`; `used` bytes of it are taken in at once. */
  #begin(bytes: Uint8Array, start: number, at: number, used: number, sink: ScannerSink): number {
    const length = lengthAt(bytes, start)
    const id = bytes[start + 3]!
    const isWhole = length < MAX_PACKET_PAYLOAD && bytes.length - start >= HEADER_BYTES + length
    if (this.#mode === 'between') {
      const answer = sink.streams(length === 0 ? -1 : bytes[start + HEADER_BYTES]!, length)
      const streams = answer === true || (answer === 'whole' && isWhole)
      if (!streams || this.#whole !== (answer === 'whole')) this.#flush(bytes, start, sink)
      this.#whole = answer === 'whole'
      this.#mode = streams ? 'stream' : 'assemble'
    } else if (id !== this.#nextId) {
      throw new MalformedMessageError(this.#side, 'The packets of a message are out of order')
    }
    this.#nextId = (id + 1) & 0xff
    this.#continues = length === MAX_PACKET_PAYLOAD
    this.#left = length - (used - HEADER_BYTES)
    if (this.#mode === 'stream') {
      if (this.#runStart >= 0 && this.#packets > 0 && id !== ((this.#sequence + this.#packets) & 0xff)) {
        throw new MalformedMessageError(this.#side, 'Rows are out of order')
      }
      if (this.#runStart < 0) this.#runStart = at
      if (this.#packets === 0) this.#sequence = id
      this.#packets += 1
      if (isWhole && start === at) {
        this.#left = 0
        this.#packetEnds(sink)
        return this.#moreRows(bytes, start + HEADER_BYTES + length)
      }
    } else {
      const total = this.#partBytes + HEADER_BYTES + length
      if (total > this.#maxMessageBytes) {
        throw new MessageTooLargeError(this.#side, total, this.#maxMessageBytes)
      }
      const size = HEADER_BYTES + length
      this.#partBytes = total
      if (bytes.length - start >= size) {
        this.#parts.push(bytes.subarray(start, start + size))
        this.#left = 0
        this.#packetEnds(sink)
        return at + size
      }
      this.#packet = new Uint8Array(size)
      this.#packet.set(bytes.subarray(start, start + used))
      this.#filled = used
    }
    if (this.#left === 0) this.#packetEnds(sink)
    return at + used
  }

  /** Takes in the whole rows that follow one that streams; returns where something else begins. */
  #moreRows(chunk: Uint8Array, from: number): number {
    let next = from
    let id = this.#nextId
    let rows = 0
    while (chunk.length - next > HEADER_BYTES) {
      const length = lengthAt(chunk, next)
      const after = next + HEADER_BYTES + length
      const isRow = length > 0 && length < MAX_PACKET_PAYLOAD && chunk[next + HEADER_BYTES]! <= LAST_ROW_BYTE
      if (!isRow || after > chunk.length || chunk[next + 3] !== id) break
      id = (id + 1) & 0xff
      next = after
      rows += 1
    }
    this.#nextId = id
    this.#packets += rows
    this.#completed += rows
    return next
  }

  #body(chunk: Uint8Array, at: number, sink: ScannerSink): number {
    const next = Math.min(at + this.#left, chunk.length)
    this.#left -= next - at
    if (this.#packet !== undefined) {
      this.#packet.set(chunk.subarray(at, next), this.#filled)
      this.#filled += next - at
    } else if (this.#runStart < 0) {
      this.#runStart = at
    }
    if (this.#left === 0) this.#packetEnds(sink)
    return next
  }

  #packetEnds(sink: ScannerSink): void {
    if (this.#packet !== undefined) this.#parts.push(this.#packet)
    this.#packet = undefined
    if (this.#continues) return
    const assembled = this.#mode === 'assemble'
    this.#mode = 'between'
    if (!assembled) {
      this.#completed += 1
      return
    }
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : joined(this.#parts, this.#partBytes)
    const packets = this.#parts.length
    this.#parts = []
    this.#partBytes = 0
    sink.message({
      bytes,
      payload: packets === 1 ? bytes.subarray(HEADER_BYTES) : joinPayload(bytes),
      sequence: bytes[3]!,
      nextSequence: this.#nextId,
    })
  }

  /** Delivers the run up to `end`. */
  #flush(bytes: Uint8Array, end: number, sink: ScannerSink): void {
    const start = this.#runStart
    if (start < 0) return
    const run = {
      bytes: bytes.subarray(start, end),
      completed: this.#completed,
      packets: this.#packets,
      sequence: this.#sequence,
    }
    this.#runStart = -1
    this.#completed = 0
    this.#packets = 0
    if (end > start) sink.run(run)
  }
}

/** EOF, OK behind rows, and ERR begin with greater ones; so do rows whose first value has 16 MiB. */
const LAST_ROW_BYTE = 0xfd

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}
