/** Parameters of statements and query attributes. Spec: page_protocol_com_query, page_protocol_com_stmt_execute. */
import { BytesError, type Reader, type Writer } from '@sallyport/bytes'
import type { Value } from '../codec.ts'
import { readLengthText, writeLength, writeLengthText } from '../lenenc.ts'
import { hasLength, isBinaryType, readBinaryValue } from '../values.ts'

/** What a parameter's bytes mean. */
export interface ParameterType {
  /** One of FIELD_TYPE. */
  readonly type: number
  readonly unsigned: boolean
  /** The name of an attribute; '' for the parameter of a question mark, and without CLIENT_QUERY_ATTRIBUTES. */
  readonly name: string
}

export interface Parameter extends ParameterType {
  /** As on the wire without its length; 'long-data' for one that COM_STMT_SEND_LONG_DATA sent. A view of the packet. */
  readonly value: Value | 'long-data'
}

/** Reads `count` parameters: NULLs, the types if they are new, the values. `known` are the types of the last execution. */
export function readParameters(
  body: Reader,
  count: number,
  named: boolean,
  known: readonly ParameterType[] | undefined,
  isLongData: (index: number) => boolean,
): { readonly parameters: readonly Parameter[]; readonly bound: boolean } {
  const nulls = body.bytes((count + 7) >> 3)
  const flag = body.uint8()
  if (flag > 1) throw new BytesError('out-of-range', `${flag} does not say whether types follow`)
  const types = flag === 1 ? body.list(count, (reader) => readParameterType(reader, named)) : known
  if (types === undefined || types.length !== count) {
    throw new BytesError('out-of-range', 'Parameters have no types, and no execution before had')
  }
  const parameters = types.map((type, index): Parameter => {
    const isNull = (nulls[index >> 3]! & (1 << (index & 7))) !== 0
    if (isLongData(index)) return { ...type, value: 'long-data' }
    return { ...type, value: isNull ? null : readBinaryValue(body, type.type) }
  })
  return { parameters, bound: flag === 1 }
}

/** Writes parameters with their types; `bound: false` leaves the types to the last execution. */
export function writeParameters(body: Writer, parameters: readonly Parameter[], named: boolean, bound: boolean): void {
  const nulls = new Uint8Array((parameters.length + 7) >> 3)
  for (const [index, { value }] of parameters.entries()) {
    if (value === null) nulls[index >> 3] = nulls[index >> 3]! | (1 << (index & 7))
  }
  body.bytes(nulls).uint8(bound ? 1 : 0)
  if (bound) for (const parameter of parameters) writeParameterType(body, parameter, named)
  for (const { type, value } of parameters) {
    if (value !== null && value !== 'long-data') writeParameterValue(body, type, value)
  }
}

export function readParameterType(body: Reader, named: boolean): ParameterType {
  const type = body.uint8()
  // What follows a value of a type that is not known could not be told from it.
  if (!isBinaryType(type)) throw new BytesError('out-of-range', `Type ${type} has no binary form`)
  const flags = body.uint8()
  if ((flags & ~UNSIGNED) !== 0) throw new BytesError('out-of-range', `Flags ${flags} of a parameter are not known`)
  return { type, unsigned: flags === UNSIGNED, name: named ? readLengthText(body) : '' }
}

export function writeParameterType(body: Writer, { type, unsigned, name }: ParameterType, named: boolean): void {
  body.uint8(type).uint8(unsigned ? UNSIGNED : 0)
  if (named) writeLengthText(body, name)
}

export function writeParameterValue(body: Writer, type: number, value: Uint8Array): void {
  if (hasLength(type)) writeLength(body, value.length)
  body.bytes(value)
}

const UNSIGNED = 0x80
