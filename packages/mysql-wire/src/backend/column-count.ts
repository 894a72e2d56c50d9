import { CLIENT, type Capabilities, has, hasExtended, MARIADB } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import { readLength, writeLength } from '../lenenc.ts'
import { BytesError } from '@sallyport/bytes'

/** The count of columns begins a result set. Spec: page_protocol_com_query_response_text_resultset. */
export interface ColumnCount {
  readonly type: 'ColumnCount'
  readonly columns: number
  /** False where the definitions are left out because the frontend has them (or does not want them). */
  readonly metadataFollows: boolean
}

export const ColumnCount: Codec<ColumnCount> = {
  decode: (body, capabilities) => {
    const columns = readLength(body)
    if (columns === 0 || columns > MAX_COLUMNS) throw new BytesError('out-of-range', `A result has ${columns} columns`)
    return { type: 'ColumnCount', columns, metadataFollows: isOptional(capabilities) ? body.uint8() !== 0 : true }
  },
  encode: (message, body, capabilities) => {
    writeLength(body, message.columns)
    if (isOptional(capabilities)) body.uint8(message.metadataFollows ? 1 : 0)
  },
}

function isOptional(capabilities: Capabilities): boolean {
  return has(capabilities, CLIENT.OPTIONAL_RESULTSET_METADATA) || hasExtended(capabilities, MARIADB.CACHE_METADATA)
}

/** The count of columns in COM_STMT_PREPARE_OK has 16 bits; no server makes more in a text result. */
const MAX_COLUMNS = 0xffff
