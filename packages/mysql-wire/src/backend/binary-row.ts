import { BytesError, type Reader, type Writer } from '@sallyport/bytes'
import type { Value } from '../codec.ts'
import { writeLength } from '../lenenc.ts'
import { hasLength, readBinaryValue } from '../values.ts'

/** A row of the binary protocol. Spec: page_protocol_binary_resultset, "Binary Protocol Resultset Row". */
export interface BinaryRow {
  readonly type: 'BinaryRow'
  /** As on the wire without lengths in front; views of the packet, which live as long as its bytes. */
  readonly values: readonly Value[]
}

/** Reads a row of columns of these types. Throws `BytesError`. */
export function readBinaryRow(body: Reader, types: readonly number[]): BinaryRow {
  if (body.uint8() !== 0) throw new BytesError('out-of-range', 'A binary row begins with 0x00')
  const nulls = body.bytes((types.length + 7 + NULL_OFFSET) >> 3)
  const values = types.map((type, index) => (isNull(nulls, index) ? null : readBinaryValue(body, type)))
  return { type: 'BinaryRow', values }
}

export function writeBinaryRow(row: BinaryRow, body: Writer, types: readonly number[]): void {
  body.uint8(0)
  const nulls = new Uint8Array((types.length + 7 + NULL_OFFSET) >> 3)
  for (const [index, value] of row.values.entries()) {
    const bit = index + NULL_OFFSET
    if (value === null) nulls[bit >> 3] = nulls[bit >> 3]! | (1 << (bit & 7))
  }
  body.bytes(nulls)
  for (const [index, value] of row.values.entries()) {
    if (value === null) continue
    if (hasLength(types[index]!)) writeLength(body, value.length)
    body.bytes(value)
  }
}

function isNull(nulls: Uint8Array, index: number): boolean {
  const bit = index + NULL_OFFSET
  return (nulls[bit >> 3]! & (1 << (bit & 7))) !== 0
}

/** The first two bits of a row's bitmap are not used. */
const NULL_OFFSET = 2
