import { BytesError } from '@sallyport/bytes'
import { hasExtended, MARIADB } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import {
  readLength,
  readLengthBytes,
  readLengthText,
  writeLength,
  writeLengthBytes,
  writeLengthText,
} from '../lenenc.ts'

/**
 * ColumnDefinition41 describes one column of a result, or one parameter. Spec: page_protocol_com_query_response_text_resultset_column_definition.
 *
 * Names come in the session's character set; what is not UTF-8 has U+FFFD in it, and such a name identifies nothing.
 */
export interface ColumnDefinition {
  readonly type: 'ColumnDefinition'
  readonly catalog: string
  readonly schema: string
  /** The alias of the table in the statement. */
  readonly table: string
  /** The table itself; '' for what is computed. */
  readonly orgTable: string
  readonly name: string
  /** The column's own name; '' for what is computed. */
  readonly orgName: string
  /** MariaDB's extended metadata, undecoded: the real type behind a base type. Empty without that capability. */
  readonly extended: Uint8Array
  readonly characterSet: number
  /** The longest value, in bytes of the character set. */
  readonly columnLength: number
  /** One of FIELD_TYPE. */
  readonly columnType: number
  readonly flags: number
  readonly decimals: number
  /** COM_FIELD_LIST alone: the column's default; null for NULL. */
  readonly defaultValue: Uint8Array | null | undefined
}

export const ColumnDefinition: Codec<ColumnDefinition> = {
  decode: (body, capabilities) => {
    const names = {
      catalog: readLengthText(body),
      schema: readLengthText(body),
      table: readLengthText(body),
      orgTable: readLengthText(body),
      name: readLengthText(body),
      orgName: readLengthText(body),
    }
    const extended = hasExtended(capabilities, MARIADB.EXTENDED_METADATA) ? readLengthBytes(body) : NOTHING
    if (readLength(body) !== FIXED_BYTES) {
      throw new BytesError('out-of-range', 'The fixed fields of a column definition have another length')
    }
    const fixed = {
      characterSet: body.uint16Le(),
      columnLength: body.uint32Le(),
      columnType: body.uint8(),
      flags: body.uint16Le(),
      decimals: body.uint8(),
    }
    if (body.uint16Le() !== 0) throw new BytesError('out-of-range', 'The filler of a column definition is not zero')
    let defaultValue: Uint8Array | null | undefined
    if (body.remaining === 1) {
      const only = body.uint8()
      if (only !== 0xfb && only !== 0) throw new BytesError('out-of-bounds', 'A default is cut short')
      defaultValue = only === 0xfb ? null : NOTHING
    } else if (body.remaining > 0) {
      defaultValue = readLengthBytes(body)
    }
    return { type: 'ColumnDefinition', ...names, extended, ...fixed, defaultValue }
  },
  encode: (message, body, capabilities) => {
    for (const name of ['catalog', 'schema', 'table', 'orgTable', 'name', 'orgName'] as const) {
      writeLengthText(body, message[name])
    }
    if (hasExtended(capabilities, MARIADB.EXTENDED_METADATA)) writeLengthBytes(body, message.extended)
    writeLength(body, FIXED_BYTES)
    body.uint16Le(message.characterSet).uint32Le(message.columnLength).uint8(message.columnType)
    body.uint16Le(message.flags).uint8(message.decimals).uint16Le(0)
    if (message.defaultValue === null) body.uint8(0xfb)
    else if (message.defaultValue !== undefined) writeLengthBytes(body, message.defaultValue)
  },
}

const FIXED_BYTES = 0x0c
const NOTHING: Uint8Array = new Uint8Array(0)
