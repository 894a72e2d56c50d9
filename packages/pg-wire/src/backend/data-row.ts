import type { Codec, Value } from '../codec.ts'
import { readValue, writeValue } from '../values.ts'

/** DataRow (B) is one row. Spec: protocol-message-formats, "DataRow". */
export interface DataRow {
  readonly type: 'DataRow'
  /** Views of the message: they live as long as its bytes. */
  readonly values: readonly Value[]
}

export const DataRow: Codec<DataRow> = {
  tag: 0x44, // 'D'
  decode: (body) => ({
    type: 'DataRow',
    values: body.list(body.uint16(), (reader) => readValue(reader, 'backend')),
  }),
  encode: (message, body) => {
    body.uint16(message.values.length)
    for (const value of message.values) writeValue(body, value)
  },
}
