import { type CharacterSet, characterSetOf } from './character-set.ts'

/** What of a column definition decides how its values look. Spec: page_protocol_com_query_response_text_resultset_column_definition. */
export interface MysqlField {
  /** The name of the output. */
  readonly name: string
  readonly schema: string
  /** '' for what is computed. */
  readonly orgTable: string
  readonly orgName: string
  readonly columnType: number
  readonly flags: number
  readonly characterSet: number
  /** The longest value, in bytes. */
  readonly columnLength: number
  readonly decimals: number
  /** MariaDB's extended metadata, undecoded; empty where there is none. */
  readonly extended: Uint8Array
}

/** A type as masking knows it. */
export interface FieldType {
  readonly form: FieldForm
  /** The name that the audit log shows. */
  readonly name: string
  readonly characterSet: CharacterSet
  /** The longest value, in bytes. */
  readonly length: number
  /** Digits behind the point, of a number or a second. */
  readonly decimals: number
  /** How a value stands in a binary row: so many bytes, or behind its length. */
  readonly width: number | 'length'
}

export type FieldForm =
  | 'integer'
  | 'float'
  | 'decimal'
  | 'year'
  | 'date'
  | 'datetime'
  | 'timestamp'
  | 'time'
  | 'bit'
  | 'text'
  | 'choice'
  | 'bytes'
  | 'fixed-bytes'
  | 'json'
  | 'geometry'
  | 'vector'
  | 'uuid'
  | 'inet4'
  | 'inet6'
  | 'unknown'

/**
 * Works out the type of a field.
 *
 * @param stored what the catalogue knows of it; a client without extended metadata is told the base type alone
 */
export function fieldTypeOf(field: MysqlField, stored?: string): FieldType {
  const { columnType, flags, columnLength: length, decimals } = field
  const characterSet = characterSetOf(field.characterSet)
  const known = TYPES[columnType]
  if (known === undefined) {
    return { form: 'unknown', name: `type ${columnType}`, characterSet, length, decimals, width: 'length' }
  }
  const [name, form, width] = known
  const type = { form, name, characterSet, length, decimals, width } as const
  if (form !== 'text') return type
  const extended = EXTENDED[extendedName(field.extended)] ?? EXTENDED[stored ?? '']
  if (extended !== undefined) return { ...type, ...extended }
  if ((flags & ENUM_FLAG) !== 0) return { ...type, form: 'choice', name: 'enum' }
  if ((flags & SET_FLAG) !== 0) return { ...type, form: 'choice', name: 'set' }
  if (characterSet.family !== 'binary') return { ...type, name: TEXT_NAMES[name] ?? name }
  const fixed = columnType === STRING
  return { ...type, form: fixed ? 'fixed-bytes' : 'bytes', name: BINARY_NAMES[name] ?? name }
}

/** How a value of the type stands in a binary row; 'none' for a type that has no form there. */
export function binaryWidth(columnType: number): number | 'length' | 'none' {
  return TYPES[columnType]?.[2] ?? 'none'
}

/** The name of the type, or of the format, behind the base type. Spec: MariaDB, "Result Set Packets", extended metadata. */
function extendedName(bytes: Uint8Array): string {
  let found = ''
  for (let at = 0; at + 2 <= bytes.length;) {
    const end = at + 2 + bytes[at + 1]!
    found = String.fromCharCode(...bytes.subarray(at + 2, end))
    at = end
  }
  return found
}

const ENUM_FLAG = 0x100
const SET_FLAG = 0x800
const STRING = 254

const EXTENDED: Readonly<Record<string, { readonly form: FieldForm; readonly name: string } | undefined>> = {
  json: { form: 'json', name: 'json' },
  uuid: { form: 'uuid', name: 'uuid' },
  inet4: { form: 'inet4', name: 'inet4' },
  inet6: { form: 'inet6', name: 'inet6' },
}

const TEXT_NAMES: Readonly<Record<string, string>> = {
  tinyblob: 'tinytext',
  blob: 'text',
  mediumblob: 'mediumtext',
  longblob: 'longtext',
}
const BINARY_NAMES: Readonly<Record<string, string>> = { char: 'binary', varchar: 'varbinary' }

/** Source: field_types.h, enum_field_types; widths: page_protocol_binary_resultset. */
const TYPES: Readonly<Partial<Record<number, readonly [name: string, form: FieldForm, width: number | 'length']>>> = {
  0: ['decimal', 'decimal', 'length'],
  1: ['tinyint', 'integer', 1],
  2: ['smallint', 'integer', 2],
  3: ['int', 'integer', 4],
  4: ['float', 'float', 4],
  5: ['double', 'float', 8],
  6: ['null', 'unknown', 0],
  7: ['timestamp', 'timestamp', 'length'],
  8: ['bigint', 'integer', 8],
  9: ['mediumint', 'integer', 4],
  10: ['date', 'date', 'length'],
  11: ['time', 'time', 'length'],
  12: ['datetime', 'datetime', 'length'],
  13: ['year', 'year', 2],
  15: ['varchar', 'text', 'length'],
  16: ['bit', 'bit', 'length'],
  242: ['vector', 'vector', 'length'],
  244: ['boolean', 'integer', 1],
  245: ['json', 'json', 'length'],
  246: ['decimal', 'decimal', 'length'],
  247: ['enum', 'choice', 'length'],
  248: ['set', 'choice', 'length'],
  249: ['tinyblob', 'text', 'length'],
  250: ['mediumblob', 'text', 'length'],
  251: ['longblob', 'text', 'length'],
  252: ['blob', 'text', 'length'],
  253: ['varchar', 'text', 'length'],
  254: ['char', 'text', 'length'],
  255: ['geometry', 'geometry', 'length'],
}
