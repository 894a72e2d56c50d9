import { ascii } from '../ascii.ts'
import { type CellMask, type CellWriter, NULL_MASK } from '../cell-mask.ts'
import { MaskingError } from '../errors.ts'
import { digests, hashMask, type Hmac } from '../hash-mask.ts'
import type { OutputBuffer } from '../output-buffer.ts'
import { partialMask } from '../partial-mask.ts'
import type { PartialStrategy, Strategy } from '../rules.ts'
import type { FieldType } from './field-type.ts'
import { charactersOf, redactedValue } from './redacted.ts'

/** The type and format that a masked value must be valid for. */
export interface MysqlCell {
  readonly type: FieldType
  readonly format: 'text' | 'binary'
}

/** Fits a strategy to a type. What it writes has no length in front. Throws MaskingError `no-hash-key`. */
export function mysqlCellMask(strategy: Strategy, cell: MysqlCell, hmac: Hmac | undefined): CellMask {
  if (strategy.strategy === 'null') return NULL_MASK
  if (strategy.strategy === 'partial') {
    const write = partial(strategy, cell)
    if (write !== undefined) return { kind: 'computed', strategy: 'partial', write }
  }
  if (strategy.strategy === 'hash') {
    if (hmac === undefined) throw new MaskingError('no-hash-key', 'a rule asks for hash and the agent has no hash key')
    const write = hash(hmac, cell)
    if (write !== undefined) return { kind: 'computed', strategy: 'hash', write }
  }
  const bytes = redactedValue(cell.type, cell.format)
  return bytes === undefined ? NULL_MASK : { kind: 'constant', strategy: 'redact', bytes }
}

/** Parts of a text; of one that is not UTF-8 only where all of it is ASCII, as nobody could count its characters otherwise. */
function partial(strategy: PartialStrategy, { type }: MysqlCell): CellWriter | undefined {
  if (type.form !== 'text') return undefined
  const { family } = type.characterSet
  if (family !== 'utf8' && family !== 'single') return undefined
  const write = partialMask(strategy, { type: TEXT, typeModifier: -1, format: 'text' })
  if (write === undefined || family === 'utf8') return write
  return (source, start, end, out) => {
    if (isAscii(source, start, end)) write(source, start, end, out)
    else for (let left = end - start; left > 0; left -= 1) out.byte(STAR)
  }
}

/** Equal values give equal results in every column, row and format. Undefined for types that have no room for a digest. */
function hash(hmac: Hmac, { type, format }: MysqlCell): CellWriter | undefined {
  switch (type.form) {
    case 'text':
      if (type.characterSet.family === 'wide') return undefined
      return hashMask(hmac, {
        type: { ...TEXT, form: 'varchar' },
        typeModifier: Math.min(charactersOf(type), MAX_MODIFIER) + 4,
        format: 'text',
      })
    case 'bytes':
    case 'fixed-bytes': {
      const digest = digests(hmac)
      return (source, start, end, out) => {
        const value = digest(source, start, end)
        out.copy(value, 0, Math.min(value.length, Math.max(type.length, 1)))
      }
    }
    case 'integer':
      return integerHash(hmac, type, format)
    case 'uuid':
      return hashMask(hmac, { type: { ...TEXT, form: 'uuid' }, typeModifier: -1, format: 'text' })
    case 'bit':
    case 'choice':
    case 'date':
    case 'datetime':
    case 'decimal':
    case 'float':
    case 'geometry':
    case 'inet4':
    case 'inet6':
    case 'json':
    case 'time':
    case 'timestamp':
    case 'unknown':
    case 'vector':
    case 'year':
  }
  return undefined
}

/** A number that is not negative and fits the type; made of the value's decimal digits, so it is the same in both formats. */
function integerHash(hmac: Hmac, type: FieldType, format: 'text' | 'binary'): CellWriter {
  const digest = digests(hmac)
  const width = type.width as number
  const bits = type.name === 'mediumint' ? 23 : type.name === 'boolean' ? 1 : width * 8 - 1
  return (source, start, end, out) => {
    const text = format === 'binary' ? decimal(source, start, end) : canonical(source, start, end, width * 8)
    const hashed = digest(text, 0, text.length)
    let number = 0n
    for (let index = 0; index < 8; index += 1) number = number * 256n + BigInt(hashed[index]!)
    number = BigInt.asUintN(bits, number)
    if (format === 'text') {
      const digits = ascii(String(number))
      out.copy(digits, 0, digits.length)
    } else littleEndian(number, width, out)
  }
}

/** A little-endian integer as the text format writes it. Values beyond the signed range count as negative: what matters is that equal ones are equal. */
function decimal(source: Uint8Array, start: number, end: number): Uint8Array {
  let number = 0n
  for (let index = end - 1; index >= start; index -= 1) number = number * 256n + BigInt(source[index]!)
  return ascii(String(BigInt.asIntN((end - start) * 8, number)))
}

/** The digits without the zeros that ZEROFILL puts in front, and beyond the signed range as `decimal` has them. */
function canonical(source: Uint8Array, start: number, end: number, bits: number): Uint8Array {
  let text = ''
  for (let index = start; index < end; index += 1) text += String.fromCharCode(source[index]!)
  if (!/^-?\d{1,20}$/.test(text)) return source.slice(start, end)
  return ascii(String(BigInt.asIntN(bits, BigInt(text))))
}

function littleEndian(number: bigint, width: number, out: OutputBuffer): void {
  let left = number
  for (let index = 0; index < width; index += 1) {
    out.byte(Number(left & 0xffn))
    left >>= 8n
  }
}

function isAscii(source: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (source[index]! >= 0x80) return false
  return true
}

const TEXT = { form: 'text', name: 'text', element: 0 } as const
const MAX_MODIFIER = 64 * 1024
const STAR = 0x2a
