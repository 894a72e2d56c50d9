import type { CellType, CellWriter } from './cell-mask.ts'
import type { OutputBuffer } from './output-buffer.ts'

/**
 * HMAC-SHA256 with the agent's key: 32 bytes, and the only way this package hashes. Injected because the package has no cryptography; plain
 * SHA-256 would let anyone try every social security number in a second.
 */
export type Hmac = (value: Uint8Array) => Uint8Array

/**
 * The writer for `hash`; undefined for types that have no room for a digest. Equal values give equal results in every column, row and format,
 * so what joins before masking joins after it.
 *
 * Character types and bytea hold the digest (in hexadecimal, cut to the type's length), uuid a version 8 UUID, integers a non-negative number.
 */
export function hashMask(hmac: Hmac, cell: CellType): CellWriter | undefined {
  const cache = new DigestCache(hmac)
  const binary = cell.format === 'binary'
  switch (cell.type.form) {
    case 'text':
    case 'varchar':
    case 'name':
    case 'bpchar': {
      const padded = cell.type.form === 'bpchar'
      const room = padded || cell.type.form === 'varchar' ? Math.max(cell.typeModifier - 4, -1) : -1
      const length = Math.min(room < 0 ? HEX_DIGITS : room, cell.type.form === 'name' ? NAME_BYTES : HEX_DIGITS)
      return (source, start, end, out) => {
        let last = end
        if (padded) while (last > start && source[last - 1] === SPACE) last -= 1
        hex(cache.digest(source, start, last), length, out)
        if (padded) for (let left = end - start - length; left > 0; left -= 1) out.byte(SPACE)
      }
    }
    case 'bytea':
      return (source, start, end, out) => {
        if (binary) {
          raw(cache.digest(source, start, end), out)
          return
        }
        const value = byteaBytes(source, start, end)
        out.byte(BACKSLASH)
        out.byte(X)
        hex(cache.digest(value, 0, value.length), HEX_DIGITS, out)
      }
    case 'uuid':
      return (source, start, end, out) => {
        const value = binary ? source.slice(start, end) : hexBytes(source, start, end)
        uuid(cache.digest(value, 0, value.length), binary, out)
      }
    case 'int2':
    case 'int4':
    case 'int8': {
      const width = cell.type.form === 'int2' ? 2 : cell.type.form === 'int4' ? 4 : 8
      return (source, start, end, out) => {
        const text = binary ? decimal(source, start, end) : source.slice(start, end)
        integer(cache.digest(text, 0, text.length), width, binary, out)
      }
    }
    default:
      return undefined
  }
}

/** Digests of values, those seen lately from memory. */
export function digests(hmac: Hmac): (source: Uint8Array, start: number, end: number) => Uint8Array {
  const cache = new DigestCache(hmac)
  return (source, start, end) => cache.digest(source, start, end)
}

/**
 * Digests seen lately: direct-mapped, so a hit costs no allocation and the memory is bounded. Values longer than a slot takes are hashed each
 * time.
 */
class DigestCache {
  readonly #hmac: Hmac
  readonly #slots: (Slot | undefined)[] = Array.from({ length: SLOTS }, () => undefined)

  constructor(hmac: Hmac) {
    this.#hmac = hmac
  }

  digest(source: Uint8Array, start: number, end: number): Uint8Array {
    if (end - start > SLOT_BYTES) return this.#hmac(source.subarray(start, end))
    // FNV-1a: only spreads values over slots; equality is checked byte by byte.
    let spread = 0x811c9dc5
    for (let index = start; index < end; index += 1) spread = Math.imul(spread ^ source[index]!, 0x01000193)
    const at = (spread ^ (spread >>> 16)) & (SLOTS - 1)
    const slot = this.#slots[at]
    if (slot !== undefined && same(slot.value, source, start, end)) return slot.digest
    const value = source.slice(start, end)
    const digest = this.#hmac(value)
    this.#slots[at] = { value, digest }
    return digest
  }
}

interface Slot {
  readonly value: Uint8Array
  readonly digest: Uint8Array
}

function same(value: Uint8Array, source: Uint8Array, start: number, end: number): boolean {
  if (value.length !== end - start) return false
  for (let index = 0; index < value.length; index += 1) if (value[index] !== source[start + index]) return false
  return true
}

function raw(digest: Uint8Array, out: OutputBuffer): void {
  out.copy(digest, 0, digest.length)
}

function hex(digest: Uint8Array, digits: number, out: OutputBuffer): void {
  out.reserve(digits)
  for (let index = 0; index < digits; index += 1) {
    const byte = digest[index >> 1]!
    out.bytes[out.length + index] = hexDigit(index % 2 === 0 ? byte >> 4 : byte & 15)
  }
  out.length += digits
}

/** Version 8 is the one for values of the application's own making (RFC 9562, section 5.8). */
function uuid(digest: Uint8Array, binary: boolean, out: OutputBuffer): void {
  const value = digest.slice(0, 16)
  value[6] = (value[6]! & 0x0f) | 0x80
  value[8] = (value[8]! & 0x3f) | 0x80
  if (binary) {
    raw(value, out)
    return
  }
  for (const [index, byte] of value.entries()) {
    if (index === 4 || index === 6 || index === 8 || index === 10) out.byte(MINUS)
    out.byte(hexDigit(byte >> 4))
    out.byte(hexDigit(byte & 15))
  }
}

function integer(digest: Uint8Array, width: 2 | 4 | 8, binary: boolean, out: OutputBuffer): void {
  const value = digest.slice(0, width)
  value[0] = value[0]! & 0x7f
  if (binary) {
    raw(value, out)
    return
  }
  let number = 0n
  for (const byte of value) number = number * 256n + BigInt(byte)
  for (const digit of String(number)) out.byte(digit.charCodeAt(0))
}

/** A big-endian integer as the text format writes it. */
function decimal(source: Uint8Array, start: number, end: number): Uint8Array {
  let number = 0n
  for (let index = start; index < end; index += 1) number = number * 256n + BigInt(source[index]!)
  const text = String(BigInt.asIntN((end - start) * 8, number))
  return Uint8Array.from(text, (digit) => digit.charCodeAt(0))
}

/** bytea in hexadecimal output; the older escape output is hashed as it stands. */
function byteaBytes(source: Uint8Array, start: number, end: number): Uint8Array {
  if (source[start] !== BACKSLASH || source[start + 1] !== X) return source.slice(start, end)
  return hexBytes(source, start + 2, end)
}

/** The bytes that hexadecimal digits stand for; whatever is no digit (the hyphens of a uuid) is left out. */
function hexBytes(source: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array((end - start) >> 1)
  let digits = 0
  for (let index = start; index < end; index += 1) {
    const value = nibble(source[index]!)
    if (value < 0) continue
    bytes[digits >> 1] = ((bytes[digits >> 1] ?? 0) << 4) | value
    digits += 1
  }
  return bytes.subarray(0, digits >> 1)
}

function nibble(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x61 + value - 10
}

const HEX_DIGITS = 64
const NAME_BYTES = 63
const SLOTS = 4096
const SLOT_BYTES = 256
const SPACE = 0x20
const MINUS = 0x2d
const BACKSLASH = 0x5c
const X = 0x78
