import { BytesError } from './errors.ts'
import { utf8Length, writeUtf8 } from './utf8.ts'

/**
 * Writes fields one after another into a buffer that grows; {@link clear} keeps the room for the next use. Names without suffix are
 * big-endian, `Le` is little-endian. A number that does not fit its field throws `out-of-range`: a length that wraps would let one message
 * become several.
 */
export class Writer {
  #bytes: Uint8Array
  #length = 0

  constructor(initialBytes: number = 256) {
    this.#bytes = new Uint8Array(initialBytes)
  }

  /** Bytes written so far; also the offset of the next write, for {@link setInt32}. */
  get length(): number {
    return this.#length
  }

  uint8(value: number): this {
    return this.#integer(value, 1, 0, 0xff, false)
  }

  int16(value: number): this {
    return this.#integer(value, 2, -0x8000, 0x7fff, false)
  }

  uint16(value: number): this {
    return this.#integer(value, 2, 0, 0xffff, false)
  }

  int32(value: number): this {
    return this.#integer(value, 4, -0x8000_0000, 0x7fff_ffff, false)
  }

  uint32(value: number): this {
    return this.#integer(value, 4, 0, 0xffff_ffff, false)
  }

  uint16Le(value: number): this {
    return this.#integer(value, 2, 0, 0xffff, true)
  }

  uint24Le(value: number): this {
    return this.#integer(value, 3, 0, 0xff_ffff, true)
  }

  int32Le(value: number): this {
    return this.#integer(value, 4, -0x8000_0000, 0x7fff_ffff, true)
  }

  uint32Le(value: number): this {
    return this.#integer(value, 4, 0, 0xffff_ffff, true)
  }

  uint64Le(value: bigint): this {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw outOfRange(value, 8)
    return this.uint32Le(Number(value & 0xffff_ffffn)).uint32Le(Number(value >> 32n))
  }

  float64Le(value: number): this {
    const at = this.#reserve(8)
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).setFloat64(0, value, true)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** `count` zero bytes. */
  zeros(count: number): this {
    const at = this.#reserve(count)
    this.#bytes.fill(0, at, at + count)
    return this
  }

  /** Text as UTF-8, without length or terminator. */
  utf8(text: string): this {
    const length = utf8Length(text)
    const at = this.#reserve(length)
    writeUtf8(this.#bytes, at, text)
    return this
  }

  /** Text as UTF-8 and a terminating NUL. Throws `embedded-nul`: what follows the first NUL would be read as the next field. */
  cstring(text: string): this {
    if (text.includes('\0'))
      throw new BytesError('embedded-nul', `A string of ${text.length} characters contains a NUL`)
    return this.utf8(text).uint8(0)
  }

  /** Overwrites four bytes written before. */
  setInt32(offset: number, value: number): this {
    return this.#overwrite(offset, value, 4, -0x8000_0000, 0x7fff_ffff, false)
  }

  /** Overwrites three bytes written before. */
  setUint24Le(offset: number, value: number): this {
    return this.#overwrite(offset, value, 3, 0, 0xff_ffff, true)
  }

  /** What has been written, as a view that lives until the next write or {@link clear}. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What has been written, as bytes of their own. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Forgets everything written; the room stays. */
  clear(): this {
    this.#length = 0
    return this
  }

  #integer(value: number, size: number, least: number, most: number, little: boolean): this {
    if (!(value >= least && value <= most) || !Number.isInteger(value)) throw outOfRange(value, size)
    const at = this.#reserve(size)
    put(this.#bytes, at, value, size, little)
    return this
  }

  #overwrite(offset: number, value: number, size: number, least: number, most: number, little: boolean): this {
    if (!(value >= least && value <= most) || !Number.isInteger(value)) throw outOfRange(value, size)
    if (offset < 0 || offset + size > this.#length) throw outOfRange(offset, size)
    put(this.#bytes, offset, value, size, little)
    return this
  }

  /** Makes room for `count` bytes and says where they begin. */
  #reserve(count: number): number {
    const at = this.#length
    const length = at + count
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
    }
    this.#length = length
    return at
  }
}

function put(bytes: Uint8Array, at: number, value: number, size: number, little: boolean): void {
  for (let index = 0; index < size; index += 1) {
    const shift = 8 * (little ? index : size - 1 - index)
    bytes[at + index] = value >>> shift
  }
}

function outOfRange(value: number | bigint, size: number): BytesError {
  return new BytesError('out-of-range', `${value} does not fit a field of ${size} bytes`)
}
