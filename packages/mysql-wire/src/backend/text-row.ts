import type { Reader, Writer } from '@sallyport/bytes'
import type { Value } from '../codec.ts'
import { readLengthBehind, writeLengthBytes } from '../lenenc.ts'

/** A row of the text protocol: as many values as the result has columns. Spec: page_protocol_com_query_response_text_resultset_row. */
export interface TextRow {
  readonly type: 'TextRow'
  /** Views of the packet: they live as long as its bytes. */
  readonly values: readonly Value[]
}

/** Reads a row of `columns` values. Throws `BytesError`. */
export function readTextRow(body: Reader, columns: number): TextRow {
  return { type: 'TextRow', values: body.list(columns, readTextValue) }
}

export function writeTextRow(row: TextRow, body: Writer): void {
  for (const value of row.values) {
    if (value === null) body.uint8(0xfb)
    else writeLengthBytes(body, value)
  }
}

function readTextValue(body: Reader): Value {
  const first = body.uint8()
  return first === 0xfb ? null : body.bytes(readLengthBehind(body, first))
}
