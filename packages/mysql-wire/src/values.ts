/** Values of the binary protocol (spec: page_protocol_binary_resultset, "Binary Protocol Value"). */
import { BytesError, type Reader } from '@sallyport/bytes'
import { readLength, readLengthBytes } from './lenenc.ts'

/** Types of columns and parameters. Spec: field_types.h, enum_field_types. */
export const FIELD_TYPE = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  VARCHAR: 15,
  BIT: 16,
  TIMESTAMP2: 17,
  DATETIME2: 18,
  TIME2: 19,
  VECTOR: 242,
  BOOL: 244,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const

/**
 * The value of a type as it stands on the wire, without the length of those that have one in front: text and blobs as their bytes, numbers little
 * endian, dates and times as their 0 to 12 bytes. Throws `out-of-range` for a type that has no form here.
 */
export function readBinaryValue(body: Reader, type: number): Uint8Array {
  const form = FORMS[type]
  if (form === undefined) throw new BytesError('out-of-range', `Type ${type} has no binary form`)
  if (form === 'length') return readLengthBytes(body)
  if (form !== 'date' && form !== 'time') return body.bytes(form)
  const length = readLength(body)
  if (!(form === 'date' ? DATE_LENGTHS : TIME_LENGTHS).includes(length)) {
    throw new BytesError('out-of-range', `A date or time of type ${type} has ${length} bytes`)
  }
  return body.bytes(length)
}

/** Whether a value of the type has its length in front. */
export function hasLength(type: number): boolean {
  return typeof FORMS[type] === 'string'
}

/** Whether the type has a binary form at all; values of others cannot be told from what follows them. */
export function isBinaryType(type: number): boolean {
  return FORMS[type] !== undefined
}

type Form = number | 'length' | 'date' | 'time'

const FORMS: Readonly<Partial<Record<number, Form>>> = {
  [FIELD_TYPE.NULL]: 0,
  [FIELD_TYPE.TINY]: 1,
  [FIELD_TYPE.BOOL]: 1,
  [FIELD_TYPE.SHORT]: 2,
  [FIELD_TYPE.YEAR]: 2,
  [FIELD_TYPE.LONG]: 4,
  [FIELD_TYPE.INT24]: 4,
  [FIELD_TYPE.FLOAT]: 4,
  [FIELD_TYPE.LONGLONG]: 8,
  [FIELD_TYPE.DOUBLE]: 8,
  [FIELD_TYPE.DATE]: 'date',
  [FIELD_TYPE.DATETIME]: 'date',
  [FIELD_TYPE.TIMESTAMP]: 'date',
  [FIELD_TYPE.TIME]: 'time',
  [FIELD_TYPE.DECIMAL]: 'length',
  [FIELD_TYPE.NEWDECIMAL]: 'length',
  [FIELD_TYPE.VARCHAR]: 'length',
  [FIELD_TYPE.VAR_STRING]: 'length',
  [FIELD_TYPE.STRING]: 'length',
  [FIELD_TYPE.TINY_BLOB]: 'length',
  [FIELD_TYPE.MEDIUM_BLOB]: 'length',
  [FIELD_TYPE.LONG_BLOB]: 'length',
  [FIELD_TYPE.BLOB]: 'length',
  [FIELD_TYPE.BIT]: 'length',
  [FIELD_TYPE.ENUM]: 'length',
  [FIELD_TYPE.SET]: 'length',
  [FIELD_TYPE.JSON]: 'length',
  [FIELD_TYPE.VECTOR]: 'length',
  [FIELD_TYPE.GEOMETRY]: 'length',
}
const DATE_LENGTHS: readonly number[] = [0, 4, 7, 11]
const TIME_LENGTHS: readonly number[] = [0, 8, 12]
