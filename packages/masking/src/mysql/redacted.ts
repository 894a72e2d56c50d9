import { ascii } from '../ascii.ts'
import type { FieldType } from './field-type.ts'

/**
 * The constant that `redact` puts in the place of a value, without a length in front: valid for the type, its length and the format. Undefined when the
 * type has none; then the value becomes NULL.
 */
export function redactedValue(type: FieldType, format: 'text' | 'binary'): Uint8Array | undefined {
  switch (type.form) {
    case 'integer':
    case 'float':
      return format === 'text' ? ascii('0') : new Uint8Array(typeof type.width === 'number' ? type.width : 0)
    case 'year':
      return format === 'text' ? ascii('0000') : new Uint8Array(2)
    case 'decimal':
      return ascii(isFixed(type.decimals) ? `0.${'0'.repeat(type.decimals)}` : '0')
    case 'date':
      return format === 'text' ? ascii('1970-01-01') : EPOCH_DATE
    case 'datetime':
      return format === 'text' ? ascii(`1970-01-01 00:00:00${fraction(type.decimals)}`) : EPOCH_DATE
    case 'timestamp':
      // Its range begins a second later than the epoch, and in any time zone.
      return format === 'text' ? ascii(`1970-01-02 00:00:00${fraction(type.decimals)}`) : SECOND_DAY
    case 'time':
      return format === 'text' ? ascii(`00:00:00${fraction(type.decimals)}`) : new Uint8Array(0)
    case 'bit':
      return new Uint8Array(Math.min(Math.max(Math.ceil(type.length / 8), 1), 8))
    case 'text':
      return type.characterSet.family === 'wide' ? new Uint8Array(0) : ascii(REDACTED.slice(0, charactersOf(type)))
    case 'choice':
      // The empty string is what the server itself puts for a value that is none of the list.
      return new Uint8Array(0)
    case 'bytes':
      return new Uint8Array(0)
    case 'fixed-bytes':
      return new Uint8Array(Math.min(type.length, MAX_PADDING))
    case 'json':
      return ascii('"[redacted]"')
    case 'geometry':
      return POINT_ZERO
    case 'vector':
      return new Uint8Array(Math.min(Math.max(type.length & ~3, 4), MAX_PADDING))
    case 'uuid':
      return ascii('00000000-0000-0000-0000-000000000000')
    case 'inet4':
      return ascii('0.0.0.0')
    case 'inet6':
      return ascii('::')
    case 'unknown':
      break
  }
  return undefined
}

/** Characters that a value of the type may have at most. */
export function charactersOf({ length, characterSet }: FieldType): number {
  return Math.floor(length / characterSet.maxBytes)
}

/** 31 and more say that the digits vary. Source: NOT_FIXED_DEC, DECIMAL_NOT_SPECIFIED. */
function isFixed(decimals: number): boolean {
  return decimals > 0 && decimals <= 30
}

function fraction(decimals: number): string {
  return decimals > 0 && decimals <= 6 ? `.${'0'.repeat(decimals)}` : ''
}

const REDACTED = '[redacted]'
/** Padding longer than this would turn a short row into a large one; such a value is cut, which every reader takes. */
const MAX_PADDING = 64 * 1024
/** Year, month and day; the time of the day is left out where it is zero. */
const EPOCH_DATE = Uint8Array.of(1970 & 0xff, 1970 >> 8, 1, 1)
const SECOND_DAY = Uint8Array.of(1970 & 0xff, 1970 >> 8, 1, 2)
/** SRID 0, then well-known binary: little endian, a point, two doubles. */
const POINT_ZERO = Uint8Array.of(0, 0, 0, 0, 1, 1, 0, 0, 0, ...new Uint8Array(16))
