import { CLIENT, has } from '../capabilities.ts'
import type { Codec } from '../codec.ts'
import { readHeader } from './header.ts'

/** COM_STMT_PREPARE_OK names a prepared statement; its parameters and columns follow. Spec: page_protocol_com_stmt_prepare, "Response". */
export interface PrepareOk {
  readonly type: 'COM_STMT_PREPARE_OK'
  readonly statementId: number
  readonly columns: number
  readonly parameters: number
  readonly warnings: number
  /** False where definitions are left out because the frontend does not want them. */
  readonly metadataFollows: boolean
}

export const PrepareOk: Codec<PrepareOk> = {
  decode: (body, capabilities) => {
    readHeader(body, 0x00)
    const statementId = body.uint32Le()
    const columns = body.uint16Le()
    const parameters = body.uint16Le()
    readHeader(body, 0) // filler
    const warnings = body.remaining >= 2 ? body.uint16Le() : 0
    const optional = has(capabilities, CLIENT.OPTIONAL_RESULTSET_METADATA)
    const metadataFollows = optional && body.remaining > 0 ? body.uint8() !== 0 : true
    return { type: 'COM_STMT_PREPARE_OK', statementId, columns, parameters, warnings, metadataFollows }
  },
  encode: (message, body, capabilities) => {
    body.uint8(0).uint32Le(message.statementId).uint16Le(message.columns).uint16Le(message.parameters)
    body.uint8(0).uint16Le(message.warnings)
    if (has(capabilities, CLIENT.OPTIONAL_RESULTSET_METADATA)) body.uint8(message.metadataFollows ? 1 : 0)
  },
}
