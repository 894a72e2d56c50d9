import { BytesError } from './errors.ts'
import { decodeUtf8, decodeUtf8Lossy } from './utf8.ts'

/**
 * Reads fields one after another; every read is checked against the end. Names without suffix are big-endian, `Le` is little-endian.
 * Byte ranges it hands out are views: they live as long as the bytes given to it stay unchanged. All reads throw {@link BytesError}.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #lossy: boolean
  #offset: number

  /** Reads `start` to `end` (exclusive); with `text: 'lossy'`, {@link cstring} and {@link utf8} put U+FFFD for what is not UTF-8. */
  constructor(
    bytes: Uint8Array,
    start: number = 0,
    end: number = bytes.length,
    options: { readonly text?: 'strict' | 'lossy' } = {},
  ) {
    if (start < 0 || start > end || end > bytes.length) {
      throw new BytesError('out-of-range', `No bytes ${start} to ${end} in ${bytes.length}`)
    }
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
    this.#lossy = options.text === 'lossy'
  }

  /** Where the next read begins, in the bytes given to the constructor. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#end - this.#offset
  }

  uint8(): number {
    const at = this.#advance(1)
    return this.#bytes[at]!
  }

  int8(): number {
    return (this.uint8() << 24) >> 24
  }

  uint16(): number {
    const at = this.#advance(2)
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!
  }

  int16(): number {
    return (this.uint16() << 16) >> 16
  }

  int32(): number {
    const at = this.#advance(4)
    const bytes = this.#bytes
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  int64(): bigint {
    const high = BigInt(this.int32())
    return (high << 32n) | BigInt(this.uint32())
  }

  uint16Le(): number {
    const at = this.#advance(2)
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8)
  }

  int16Le(): number {
    return (this.uint16Le() << 16) >> 16
  }

  uint24Le(): number {
    const at = this.#advance(3)
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8) | (this.#bytes[at + 2]! << 16)
  }

  int32Le(): number {
    const at = this.#advance(4)
    const bytes = this.#bytes
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  }

  uint32Le(): number {
    return this.int32Le() >>> 0
  }

  uint64Le(): bigint {
    const low = BigInt(this.uint32Le())
    return low | (BigInt(this.uint32Le()) << 32n)
  }

  int64Le(): bigint {
    return BigInt.asIntN(64, this.uint64Le())
  }

  float32Le(): number {
    const at = this.#advance(4)
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 4).getFloat32(0, true)
  }

  float64Le(): number {
    const at = this.#advance(8)
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).getFloat64(0, true)
  }

  /** The next `count` bytes, as a view. */
  bytes(count: number): Uint8Array {
    if (!Number.isInteger(count) || count < 0) throw outOfBounds(count, this.#offset, this.remaining)
    const at = this.#advance(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** All bytes that are left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  skip(count: number): void {
    if (!Number.isInteger(count) || count < 0) throw outOfBounds(count, this.#offset, this.remaining)
    this.#advance(count)
  }

  /** Text of `count` bytes of UTF-8. */
  utf8(count: number): string {
    if (!Number.isInteger(count) || count < 0) throw outOfBounds(count, this.#offset, this.remaining)
    const at = this.#advance(count)
    return this.#text(at, at + count)
  }

  /** Text up to a NUL, which is consumed. What is not UTF-8 is refused: it could not be encoded back to the same bytes. */
  cstring(): string {
    const start = this.#offset
    return this.#text(start, this.#terminator())
  }

  /** Like {@link cstring}, with U+FFFD for what is not UTF-8: for text that people read and nobody decides on. */
  cstringLossy(): string {
    const start = this.#offset
    return decodeUtf8Lossy(this.#bytes, start, this.#terminator())
  }

  /** The bytes up to a NUL, as a view without it; the NUL is consumed. */
  cstringBytes(): Uint8Array {
    const start = this.#offset
    return this.#bytes.subarray(start, this.#terminator())
  }

  /** Reads `count` elements in a row. */
  list<T>(count: number, read: (reader: Reader) => T): T[] {
    const elements: T[] = []
    for (let index = 0; index < count; index += 1) elements.push(read(this))
    return elements
  }

  /** Throws `trailing-bytes` unless everything has been read. */
  end(): void {
    if (this.remaining !== 0) {
      throw new BytesError('trailing-bytes', `${this.remaining} bytes are left at offset ${this.#offset}`)
    }
  }

  #text(start: number, end: number): string {
    return this.#lossy ? decodeUtf8Lossy(this.#bytes, start, end) : decodeUtf8(this.#bytes, start, end)
  }

  /** Moves past `count` bytes and says where they began. */
  #advance(count: number): number {
    const at = this.#offset
    if (count > this.#end - at) throw outOfBounds(count, at, this.remaining)
    this.#offset = at + count
    return at
  }

  /** Finds the NUL that ends the string here, and moves past it. */
  #terminator(): number {
    const at = this.#bytes.indexOf(0, this.#offset)
    if (at < 0 || at >= this.#end) {
      throw new BytesError('unterminated', `The string at offset ${this.#offset} has no terminating NUL`)
    }
    this.#offset = at + 1
    return at
  }
}

function outOfBounds(count: number, at: number, remaining: number): BytesError {
  return new BytesError('out-of-bounds', `A field of ${count} bytes at offset ${at}, where ${remaining} are left`)
}
