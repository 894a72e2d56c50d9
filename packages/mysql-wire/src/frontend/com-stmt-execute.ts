import { BytesError } from '@sallyport/bytes'
import { CLIENT, has } from '../capabilities.ts'
import { readLength, writeLength } from '../lenenc.ts'
import type { CommandCodec } from './codec.ts'
import { type Parameter, readParameters, writeParameters } from './parameters.ts'

/** COM_STMT_EXECUTE runs a prepared statement. Spec: page_protocol_com_stmt_execute. */
export interface ComStmtExecute {
  readonly type: 'COM_STMT_EXECUTE'
  readonly statementId: number
  /** Bits of {@link EXECUTE_FLAG}. */
  readonly flags: number
  /** The statement's parameters, then attributes; 'unknown' when the statement is not known, and the bytes cannot be read. */
  readonly parameters: readonly Parameter[] | 'unknown'
  /** Whether the packet says the parameters' types, or leaves them to the last execution. */
  readonly bound: boolean
}

export const EXECUTE_FLAG = {
  CURSOR_READ_ONLY: 1,
  CURSOR_FOR_UPDATE: 2,
  CURSOR_SCROLLABLE: 4,
  PARAMETER_COUNT_AVAILABLE: 8,
} as const

export const ComStmtExecute: CommandCodec<ComStmtExecute> = {
  decode: (body, { capabilities, shapeFor }) => {
    const type = 'COM_STMT_EXECUTE'
    const statementId = body.uint32Le()
    const flags = body.uint8()
    if ((flags & ~ALL_FLAGS) !== 0) throw new BytesError('out-of-range', `Flags ${flags} of an execution are not known`)
    if (body.uint32Le() !== 1) throw new BytesError('out-of-range', 'A statement runs once per execution')
    const shape = shapeFor(statementId)
    if (shape === undefined) {
      body.rest()
      return { type, statementId, flags, parameters: 'unknown', bound: false }
    }
    const named = has(capabilities, CLIENT.QUERY_ATTRIBUTES)
    const counted = (flags & EXECUTE_FLAG.PARAMETER_COUNT_AVAILABLE) !== 0
    // Servers and their documentation differ on a count that is not announced.
    if (counted !== named && shape.parameterCount > 0) {
      throw new BytesError('out-of-range', 'An execution does not say whether it counts its parameters')
    }
    const count = named && counted ? boundedCount(readLength(body)) : shape.parameterCount
    if (count < shape.parameterCount) throw new BytesError('out-of-range', 'An execution has too few parameters')
    if (count === 0) return { type, statementId, flags, parameters: [], bound: false }
    return {
      type,
      statementId,
      flags,
      ...readParameters(body, count, named, shape.parameterTypes, (index) => shape.longData.has(index)),
    }
  },
  encode: (message, body, { capabilities }) => {
    const { parameters, flags } = message
    if (parameters === 'unknown')
      throw new BytesError('out-of-range', 'Parameters that are not known cannot be written')
    const named = has(capabilities, CLIENT.QUERY_ATTRIBUTES)
    body.uint32Le(message.statementId).uint8(flags).uint32Le(1)
    if (named && (flags & EXECUTE_FLAG.PARAMETER_COUNT_AVAILABLE) !== 0) writeLength(body, parameters.length)
    if (parameters.length > 0) writeParameters(body, parameters, named, message.bound)
  },
}

/** A count that no packet can have would be allocated for. */
function boundedCount(count: number): number {
  if (count > MAX_PARAMETERS) throw new BytesError('out-of-range', `An execution has ${count} parameters`)
  return count
}

const ALL_FLAGS = 15
/** The count of parameters in COM_STMT_PREPARE_OK has 16 bits; attributes come on top. */
const MAX_PARAMETERS = 2 * 0xffff
