import { BytesError, type Reader } from '@sallyport/bytes'
import type { CommandCodec } from './codec.ts'
import { type ParameterType, readParameterType, writeParameterType, writeParameterValue } from './parameters.ts'
import { readBinaryValue } from '../values.ts'

/** COM_STMT_BULK_EXECUTE runs a statement once per row of parameters. Spec: MariaDB, "COM_STMT_BULK_EXECUTE". */
export interface ComStmtBulkExecute {
  readonly type: 'COM_STMT_BULK_EXECUTE'
  readonly statementId: number
  /** Bits of {@link BULK_FLAG}. */
  readonly flags: number
  /** 'unknown' when the statement is not known. */
  readonly types: readonly ParameterType[] | 'unknown'
  readonly rows: readonly (readonly BulkValue[])[]
}

/** A value, or what stands in for one; a value is a view of the packet. */
export type BulkValue = Uint8Array | 'null' | 'default' | 'ignore'

export const BULK_FLAG = { RETURN_GENERATED_KEYS: 64, TYPES_FOLLOW: 128 } as const

export const ComStmtBulkExecute: CommandCodec<ComStmtBulkExecute> = {
  decode: (body, { shapeFor }) => {
    const type = 'COM_STMT_BULK_EXECUTE'
    const statementId = body.uint32Le()
    const flags = body.uint16Le()
    if ((flags & ~ALL_FLAGS) !== 0) throw new BytesError('out-of-range', `Flags ${flags} of an execution are not known`)
    const shape = shapeFor(statementId)
    if (shape === undefined) {
      body.rest()
      return { type, statementId, flags, types: 'unknown', rows: [] }
    }
    const follow = (flags & BULK_FLAG.TYPES_FOLLOW) !== 0
    const count = shape.parameterCount
    const types = follow ? body.list(count, (reader) => readParameterType(reader, false)) : shape.parameterTypes
    if (types === undefined || types.length !== count || count === 0) {
      throw new BytesError('out-of-range', 'A bulk execution has no parameters, or they have no types')
    }
    const rows: BulkValue[][] = []
    while (body.remaining > 0) rows.push(types.map((one) => readBulkValue(body, one.type)))
    return { type, statementId, flags, types, rows }
  },
  encode: (message, body) => {
    const { types, rows, flags } = message
    if (types === 'unknown') throw new BytesError('out-of-range', 'Parameters that are not known cannot be written')
    body.uint32Le(message.statementId).uint16Le(flags)
    if ((flags & BULK_FLAG.TYPES_FOLLOW) !== 0) for (const type of types) writeParameterType(body, type, false)
    for (const row of rows) {
      for (const [index, value] of row.entries()) {
        if (typeof value === 'string') body.uint8(INDICATORS.indexOf(value))
        else writeParameterValue(body.uint8(0), types[index]!.type, value)
      }
    }
  },
}

function readBulkValue(body: Reader, type: number): BulkValue {
  const indicator = body.uint8()
  if (indicator === 0) return readBinaryValue(body, type)
  const standsFor = INDICATORS[indicator]
  if (standsFor === undefined || standsFor === 'value') {
    throw new BytesError('out-of-range', `Indicator ${indicator} is not known`)
  }
  return standsFor
}

const INDICATORS: readonly (Exclude<BulkValue, Uint8Array> | 'value')[] = ['value', 'null', 'default', 'ignore']
const ALL_FLAGS: number = BULK_FLAG.RETURN_GENERATED_KEYS | BULK_FLAG.TYPES_FOLLOW
