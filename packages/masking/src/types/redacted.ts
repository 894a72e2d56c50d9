import { ascii } from '../ascii.ts'
import type { ResolvedType } from './resolve-type.ts'

/**
 * The constant that `redact` puts in the place of a value: valid for the type and its modifier, in the asked format. Undefined when the type
 * has none (enums, composites, an empty tsquery in binary, anything unknown); then the value becomes NULL.
 *
 * @param typeModifier as RowDescription gives it; -1 when there is none
 */
export function redactedValue(
  type: ResolvedType,
  typeModifier: number,
  format: 'text' | 'binary',
): Uint8Array | undefined {
  const constant = format === 'text' ? textValue(type, typeModifier) : undefined
  if (format === 'text') return constant === undefined ? undefined : ascii(constant)
  return binaryValue(type, typeModifier)
}

function textValue(type: ResolvedType, typeModifier: number): string | undefined {
  switch (type.form) {
    case 'text':
    case 'name':
    case 'refcursor':
    case 'cstring':
      return REDACTED
    case 'varchar':
      return REDACTED.slice(0, lengthOf(typeModifier))
    case 'bpchar':
      return REDACTED.slice(0, lengthOf(typeModifier)).padEnd(Math.min(lengthOf(typeModifier), MAX_PADDING), ' ')
    case 'numeric': {
      const scale = numericScale(typeModifier)
      return scale > 0 ? `0.${'0'.repeat(scale)}` : '0'
    }
    case 'bit':
      return '0'.repeat(bitLength(typeModifier))
    case 'array':
    case 'multirange':
      return '{}'
    case 'range':
      return 'empty'
    default:
      return TEXT[type.form]
  }
}

function binaryValue(type: ResolvedType, typeModifier: number): Uint8Array | undefined {
  switch (type.form) {
    case 'text':
    case 'name':
    case 'refcursor':
    case 'cstring':
    case 'varchar':
    case 'bpchar':
    case 'json':
    case 'xml':
    case 'char':
    case 'void': {
      const text = textValue(type, typeModifier)
      return text === undefined ? undefined : ascii(text)
    }
    case 'numeric':
      // ndigits, weight, sign, dscale
      return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, numericScale(typeModifier))
    case 'bit': {
      const bits = bitLength(typeModifier)
      return concat(int32(bits), new Uint8Array(Math.ceil(bits / 8)))
    }
    case 'array':
      // dimensions, flags, element type
      return concat(int32(0), int32(0), int32(type.element))
    case 'range':
      return Uint8Array.of(0x01) // RANGE_EMPTY
    default:
      return BINARY[type.form]
  }
}

/** Characters that a character type with this modifier may hold; the modifier counts a header of four. */
function lengthOf(typeModifier: number): number {
  return typeModifier >= 4 ? typeModifier - 4 : REDACTED.length
}

/** Digits after the point; negative scales round to the left and print none. Source: numeric_typmod_scale. */
function numericScale(typeModifier: number): number {
  if (typeModifier < 4) return 0
  const scale = (((typeModifier - 4) & 0x7ff) ^ 1024) - 1024
  // A dscale above 255 would need its high byte; no reader minds fewer digits.
  return Math.min(Math.max(scale, 0), 255)
}

/** bit without a modifier is bit(1). */
function bitLength(typeModifier: number): number {
  return typeModifier >= 1 ? Math.min(typeModifier, MAX_PADDING) : 1
}

function int32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value)
  return bytes
}

function float64s(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setFloat64(index * 8, value)
  return bytes
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const REDACTED = '[redacted]'

/** Padding longer than this would turn a short row into a large one; such a value is cut, which every reader of char(n) and bit(n) takes. */
const MAX_PADDING = 64 * 1024

/** 1970-01-01 in days and in microseconds before 2000-01-01, which is PostgreSQL's day zero. */
const EPOCH_DAYS = -10_957
const EPOCH_MICROSECONDS = -946_684_800_000_000n

const TEXT: Readonly<Record<string, string>> = {
  char: 'x',
  json: '"[redacted]"',
  jsonb: '"[redacted]"',
  xml: '<redacted/>',
  bool: 'f',
  bytea: '\\x',
  int2: '0',
  int4: '0',
  int8: '0',
  oid: '0',
  xid: '0',
  xid8: '0',
  cid: '0',
  float4: '0',
  float8: '0',
  money: '$0.00',
  date: '1970-01-01',
  time: '00:00:00',
  timetz: '00:00:00+00',
  timestamp: '1970-01-01 00:00:00',
  timestamptz: '1970-01-01 00:00:00+00',
  interval: '00:00:00',
  uuid: '00000000-0000-0000-0000-000000000000',
  inet: '0.0.0.0',
  cidr: '0.0.0.0/32',
  macaddr: '00:00:00:00:00:00',
  macaddr8: '00:00:00:00:00:00:00:00',
  point: '(0,0)',
  lseg: '[(0,0),(0,0)]',
  path: '((0,0))',
  box: '(0,0),(0,0)',
  polygon: '((0,0))',
  line: '{1,0,0}',
  circle: '<(0,0),0>',
  tid: '(0,0)',
  pg_lsn: '0/0',
  varbit: '',
  tsvector: '',
  tsquery: '',
  void: '',
  regproc: '-',
  regprocedure: '-',
  regoper: '0',
  regoperator: '0',
  regclass: '-',
  regtype: '-',
  regconfig: '-',
  regdictionary: '-',
  regnamespace: '-',
  regrole: '-',
  regcollation: '-',
}

const BINARY: Readonly<Record<string, Uint8Array>> = {
  jsonb: concat(Uint8Array.of(1), ascii('"[redacted]"')), // version 1
  bool: Uint8Array.of(0),
  bytea: new Uint8Array(0),
  int2: new Uint8Array(2),
  int4: new Uint8Array(4),
  int8: new Uint8Array(8),
  oid: new Uint8Array(4),
  xid: new Uint8Array(4),
  xid8: new Uint8Array(8),
  cid: new Uint8Array(4),
  float4: new Uint8Array(4),
  float8: new Uint8Array(8),
  money: new Uint8Array(8),
  date: int32(EPOCH_DAYS),
  time: new Uint8Array(8),
  timetz: new Uint8Array(12), // microseconds, zone
  timestamp: int64(EPOCH_MICROSECONDS),
  timestamptz: int64(EPOCH_MICROSECONDS),
  interval: new Uint8Array(16), // microseconds, days, months
  uuid: new Uint8Array(16),
  inet: Uint8Array.of(2, 32, 0, 4, 0, 0, 0, 0), // PGSQL_AF_INET, bits, is_cidr, length, address
  cidr: Uint8Array.of(2, 32, 1, 4, 0, 0, 0, 0),
  macaddr: new Uint8Array(6),
  macaddr8: new Uint8Array(8),
  point: float64s(0, 0),
  lseg: float64s(0, 0, 0, 0),
  path: concat(Uint8Array.of(1), int32(1), float64s(0, 0)), // closed, one point
  box: float64s(0, 0, 0, 0),
  polygon: concat(int32(1), float64s(0, 0)),
  line: float64s(1, 0, 0),
  circle: float64s(0, 0, 0),
  tid: new Uint8Array(6),
  pg_lsn: new Uint8Array(8),
  varbit: int32(0),
  tsvector: int32(0),
  multirange: int32(0),
  regproc: new Uint8Array(4),
  regprocedure: new Uint8Array(4),
  regoper: new Uint8Array(4),
  regoperator: new Uint8Array(4),
  regclass: new Uint8Array(4),
  regtype: new Uint8Array(4),
  regconfig: new Uint8Array(4),
  regdictionary: new Uint8Array(4),
  regnamespace: new Uint8Array(4),
  regrole: new Uint8Array(4),
  regcollation: new Uint8Array(4),
}
