/**
 * The compressed protocol, a layer below packets (spec: page_protocol_basic_compression_packet). A frame has seven bytes of header: the length of
 * what follows, a sequence id of its own, and the length before compression, 0 for a frame that is not compressed. Packets and frames do not
 * respect each other's boundaries; a server sets the ids of packets inside frames as it likes, and only those of the frames count.
 */
import { ChunkQueue } from '@sallyport/bytes'
import { MalformedMessageError, type Side } from '../errors.ts'

/** An algorithm, as an argument; this package has none of its own. */
export interface Compressor {
  readonly compress: (bytes: Uint8Array) => Uint8Array
  /** Must not make more than `length` bytes, and throws for what it cannot read. */
  readonly decompress: (bytes: Uint8Array, length: number) => Uint8Array
}

/** Takes the frames of a compressed stream apart. */
export class CompressedReader {
  readonly #compressor: Compressor
  readonly #maxFrameBytes: number
  readonly #side: Side
  readonly #queue = new ChunkQueue()
  #sequence = 0

  /** `maxFrameBytes` bounds a frame, before and after compression; no frame has more than 16 MiB. */
  constructor(options: { readonly compressor: Compressor; readonly maxFrameBytes?: number; readonly side?: Side }) {
    this.#compressor = options.compressor
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES
    this.#side = options.side ?? 'frontend'
  }

  /** The sequence id of the last frame. */
  get sequence(): number {
    return this.#sequence
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk)
  }

  /** What the next frame contains, for a PacketReader or PacketScanner; undefined when more bytes are needed. */
  next(): Uint8Array | undefined {
    const queue = this.#queue
    if (queue.length < COMPRESSED_HEADER_BYTES) return undefined
    const length = this.#uint24At(0)
    const before = this.#uint24At(4)
    if (length > this.#maxFrameBytes || before > this.#maxFrameBytes) {
      throw new MalformedMessageError(
        this.#side,
        `A frame of ${length} bytes, or ${before} uncompressed, is beyond ${this.#maxFrameBytes}`,
      )
    }
    if (queue.length < COMPRESSED_HEADER_BYTES + length) return undefined
    this.#sequence = queue.byteAt(3)
    const body = queue.take(COMPRESSED_HEADER_BYTES + length).subarray(COMPRESSED_HEADER_BYTES)
    return before === 0 ? body : this.#decompress(body, before)
  }

  #decompress(body: Uint8Array, length: number): Uint8Array {
    let bytes: Uint8Array
    try {
      bytes = this.#compressor.decompress(body, length)
    } catch (cause) {
      throw new MalformedMessageError(this.#side, 'A frame cannot be decompressed', { cause })
    }
    if (bytes.length !== length) {
      throw new MalformedMessageError(this.#side, `A frame has ${bytes.length} bytes where it says ${length}`)
    }
    return bytes
  }

  #uint24At(index: number): number {
    const queue = this.#queue
    return queue.byteAt(index) | (queue.byteAt(index + 1) << 8) | (queue.byteAt(index + 2) << 16)
  }
}

/** Makes frames of packets. */
export class CompressedWriter {
  readonly #compressor: Compressor
  readonly #minBytes: number
  #sequence = 0

  /** Less than `minBytes` is not worth compressing; default 50, as the server's. */
  constructor(options: { readonly compressor: Compressor; readonly minBytes?: number }) {
    this.#compressor = options.compressor
    this.#minBytes = options.minBytes ?? 50
  }

  /** The next frame gets this id: one more than the last frame of the peer, or 0 for a command. */
  restart(sequence: number): void {
    this.#sequence = sequence & 0xff
  }

  /** Packets, whole or in part, as frames. */
  write(bytes: Uint8Array): Uint8Array {
    const frames: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
      frames.push(this.#frame(bytes.subarray(at, at + MAX_FRAME_BYTES)))
    }
    if (frames.length === 1) return frames[0]!
    const joined = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0))
    let at = 0
    for (const frame of frames) {
      joined.set(frame, at)
      at += frame.length
    }
    return joined
  }

  #frame(part: Uint8Array): Uint8Array {
    const compressed = part.length < this.#minBytes ? undefined : this.#compressor.compress(part)
    const body = compressed !== undefined && compressed.length < part.length ? compressed : part
    const before = body === part ? 0 : part.length
    const frame = new Uint8Array(COMPRESSED_HEADER_BYTES + body.length)
    frame.set([body.length & 0xff, (body.length >> 8) & 0xff, body.length >> 16, this.#sequence])
    frame.set([before & 0xff, (before >> 8) & 0xff, before >> 16], 4)
    frame.set(body, COMPRESSED_HEADER_BYTES)
    this.#sequence = (this.#sequence + 1) & 0xff
    return frame
  }
}

export const COMPRESSED_HEADER_BYTES = 7
const MAX_FRAME_BYTES = 0xff_ffff
