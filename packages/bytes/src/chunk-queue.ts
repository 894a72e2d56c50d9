import { BytesError } from './errors.ts'

/**
 * Bytes that arrive in chunks and leave in other lengths. A range that lies in one chunk leaves as a view of it; one that spans chunks is
 * copied once. Small chunks are gathered into blocks of their own, so a peer that sends byte by byte costs no more memory than the bytes.
 */
export class ChunkQueue {
  /** Chunks from `#head` on are in use; the first of them from `#offset` on. */
  #chunks: Uint8Array[] = []
  #head = 0
  #offset = 0
  #length = 0
  /** The block that small chunks are gathered in, when it is the last of the chunks; `#filled` bytes of it are in use. */
  #block: Uint8Array | undefined
  #filled = 0

  /** Bytes in the queue. */
  get length(): number {
    return this.#length
  }

  /** Appends a chunk. The queue keeps it and hands out views of it: the caller must not change it afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    if (this.#length === 0) {
      this.#chunks = [chunk]
      this.#head = 0
      this.#offset = 0
      this.#block = undefined
    } else if (chunk.length < SMALL_CHUNK_BYTES) {
      this.#gather(chunk)
    } else {
      this.#chunks.push(chunk)
      this.#block = undefined
    }
    this.#length += chunk.length
  }

  /** The byte `index` places from the front, which must be there. */
  byteAt(index: number): number {
    let at = this.#offset + index
    for (let chunk = this.#head; chunk < this.#chunks.length; chunk += 1) {
      const bytes = this.#chunks[chunk]!
      if (at < bytes.length) return bytes[at]!
      at -= bytes.length
    }
    throw new BytesError('out-of-bounds', `No byte ${index} in a queue of ${this.#length}`)
  }

  /** The big-endian signed number in the four bytes from `index` on, which must be there. */
  int32At(index: number): number {
    const first = this.#chunks[this.#head]
    const at = this.#offset + index
    if (first !== undefined && at + 4 <= first.length) {
      return (first[at]! << 24) | (first[at + 1]! << 16) | (first[at + 2]! << 8) | first[at + 3]!
    }
    return (
      (this.byteAt(index) << 24) |
      (this.byteAt(index + 1) << 16) |
      (this.byteAt(index + 2) << 8) |
      this.byteAt(index + 3)
    )
  }

  /** Removes and returns the first `count` bytes; throws `out-of-bounds` when there are fewer. */
  take(count: number): Uint8Array {
    if (count > this.#length || count < 0) {
      throw new BytesError('out-of-bounds', `No ${count} bytes in a queue of ${this.#length}`)
    }
    const first = this.#chunks[this.#head]
    if (first === undefined || count === 0) return EMPTY
    const available = first.length - this.#offset
    if (count <= available) {
      const view = first.subarray(this.#offset, this.#offset + count)
      this.#consume(count)
      return view
    }
    const joined = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      const chunk = this.#chunks[this.#head]!
      const part = chunk.subarray(this.#offset, this.#offset + Math.min(chunk.length - this.#offset, count - filled))
      joined.set(part, filled)
      filled += part.length
      this.#consume(part.length)
    }
    return joined
  }

  /** Removes and returns everything. */
  takeAll(): Uint8Array {
    return this.take(this.#length)
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#offset = 0
    this.#length = 0
    this.#block = undefined
  }

  /** Removes `count` bytes, which must all be in the first chunk. */
  #consume(count: number): void {
    this.#length -= count
    this.#offset += count
    if (this.#length === 0) {
      this.clear()
    } else if (this.#offset === this.#chunks[this.#head]!.length) {
      this.#offset = 0
      this.#head += 1
      if (this.#head >= COMPACT_CHUNKS && this.#head * 2 >= this.#chunks.length) {
        this.#chunks = this.#chunks.slice(this.#head)
        this.#head = 0
      }
    }
  }

  #gather(chunk: Uint8Array): void {
    if (this.#block === undefined || this.#filled + chunk.length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES)
      this.#filled = 0
      this.#chunks.push(EMPTY)
    }
    this.#block.set(chunk, this.#filled)
    this.#filled += chunk.length
    this.#chunks[this.#chunks.length - 1] = this.#block.subarray(0, this.#filled)
  }
}

const EMPTY = new Uint8Array(0)
/** Chunks below this are copied together instead of kept. */
const SMALL_CHUNK_BYTES = 2 * 1024
const BLOCK_BYTES = 16 * 1024
/** Spent places at the front of the list are cut off when there are this many, and they are half of it: each chunk is moved once. */
const COMPACT_CHUNKS = 64
