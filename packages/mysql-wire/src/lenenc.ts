/**
 * Length-encoded integers and strings (spec: page_protocol_basic_dt_integers, page_protocol_basic_dt_strings). A number has one reading but several
 * forms: connectors write longer ones than they need to (MariaDB's for Node does), and servers take them.
 */
import { BytesError, type Reader, utf8Length, type Writer } from '@sallyport/bytes'

/** A length-encoded integer that must be a JavaScript integer: a length or a count. */
export function readLength(body: Reader): number {
  return readLengthBehind(body, body.uint8())
}

/** A length whose first byte, `first`, has been read. */
export function readLengthBehind(body: Reader, first: number): number {
  if (first < 0xfb) return first
  if (first === 0xfc) return body.uint16Le()
  if (first === 0xfd) return body.uint24Le()
  const value = first === 0xfe ? body.uint64Le() : 0n
  if (value > MAX_SAFE) throw new BytesError('out-of-range', 'A length is beyond every packet')
  if (first === 0xfe) return Number(value)
  throw new BytesError('out-of-range', `0x${first.toString(16)} begins no length-encoded integer`)
}

/** A length-encoded integer of up to 64 bits. Throws `out-of-range` for NULL (0xFB) and 0xFF. */
export function readLengthEncoded(body: Reader): bigint {
  const first = body.uint8()
  return first === 0xfe ? body.uint64Le() : BigInt(readLengthBehind(body, first))
}

/** Bytes behind their length, as a view. */
export function readLengthBytes(body: Reader): Uint8Array {
  return body.bytes(readLength(body))
}

/** Text behind its length. */
export function readLengthText(body: Reader): string {
  return body.utf8(readLength(body))
}

/** A count of things that take at least `leastBytes` each: more than the payload can hold is refused before anything is made of it. */
export function readCount(body: Reader, leastBytes: number): number {
  const count = readLength(body)
  if (count * leastBytes > body.remaining) {
    throw new BytesError('out-of-bounds', `${count} elements where ${body.remaining} bytes are left`)
  }
  return count
}

export function writeLength(body: Writer, value: number | bigint): void {
  const wide = BigInt(value)
  if (wide < 0xfbn) body.uint8(Number(wide))
  else if (wide < 0x1_0000n) body.uint8(0xfc).uint16Le(Number(wide))
  else if (wide < 0x100_0000n) body.uint8(0xfd).uint24Le(Number(wide))
  else body.uint8(0xfe).uint64Le(wide)
}

export function writeLengthBytes(body: Writer, bytes: Uint8Array): void {
  writeLength(body, bytes.length)
  body.bytes(bytes)
}

export function writeLengthText(body: Writer, text: string): void {
  writeLength(body, utf8Length(text))
  body.utf8(text)
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
