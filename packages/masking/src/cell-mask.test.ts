import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellMask, type CellType } from './cell-mask.ts'
import { MaskingError } from './errors.ts'
import { OutputBuffer } from './output-buffer.ts'
import { PARTIAL_DEFAULTS, type Strategy } from './rules.ts'
import { textOf, utf8 } from './testdata/shop.ts'
import { resolveType } from './types/resolve-type.ts'

const HMAC = (value: Uint8Array): Uint8Array => createHmac('sha256', 'key').update(value).digest()
const REDACT: Strategy = { strategy: 'redact' }
const HASH: Strategy = { strategy: 'hash' }

function cell(typeOid: number, typeModifier = -1, format: 'text' | 'binary' = 'text'): CellType {
  return { type: resolveType(typeOid, undefined), typeModifier, format }
}

/** What a value becomes; null for NULL. */
function masked(strategy: Strategy, type: CellType, value: string | Uint8Array): Uint8Array | null {
  const mask = cellMask(strategy, type, HMAC)
  if (mask.kind === 'null') return null
  if (mask.kind === 'constant') return mask.bytes
  const source = typeof value === 'string' ? utf8(value) : value
  const padded = Uint8Array.of(0x40, 0x40, ...source, 0x40)
  const out = new OutputBuffer(1)
  mask.write(padded, 2, 2 + source.length, out)
  return out.take()
}

function maskedText(strategy: Strategy, type: CellType, value: string): string | null {
  const bytes = masked(strategy, type, value)
  return bytes === null ? null : textOf(bytes)
}

const [TEXT, VARCHAR, BPCHAR, INT4, NUMERIC, UUID, BYTEA, DATE] = [25, 1043, 1042, 23, 1700, 2950, 17, 1082]

describe('redact', () => {
  test.each([
    ['text', cell(TEXT), '[redacted]'],
    ['varchar(4) is cut', cell(VARCHAR, 8), '[red'],
    ['char(12) is padded', cell(BPCHAR, 16), '[redacted]  '],
    ['numeric(10,2) keeps its scale', cell(NUMERIC, ((10 << 16) | 2) + 4), '0.00'],
    ['bit(3)', cell(1560, 3), '000'],
    ['int4[]', cell(1007), '{}'],
    ['jsonb', cell(3802), '"[redacted]"'],
    ['daterange', cell(3912), 'empty'],
  ])('%s', (_name, type, expected) => {
    expect(maskedText(REDACT, type, 'whatever')).toBe(expected)
  })

  test('a binary value has the width and shape of its type', () => {
    expect(masked(REDACT, cell(INT4, -1, 'binary'), '')).toEqual(new Uint8Array(4))
    expect(masked(REDACT, cell(DATE, -1, 'binary'), '')).toEqual(Uint8Array.of(0xff, 0xff, 0xd5, 0x33))
    expect(masked(REDACT, cell(1009, -1, 'binary'), '')).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25))
  })

  test('a type that is not known becomes NULL', () => {
    expect(masked(REDACT, cell(99_999), 'x')).toBeNull()
    expect(masked(REDACT, cell(2249), '(1,secret)')).toBeNull()
  })
})

describe('partial', () => {
  test.each([
    ['123-45-6789', '*******6789'],
    ['ada@example.com', 'a**@example.com'],
    ['ä@exämple.org', '*@exämple.org'],
    ['Zoë', '***'],
    ['1234567', '*******'],
    ['pass@word', '*********'],
    ['', ''],
  ])('%s becomes %s', (value, expected) => {
    expect(maskedText(PARTIAL_DEFAULTS, cell(TEXT), value)).toBe(value === 'pass@word' ? '*****word' : expected)
  })

  test('padding of char(n) is not part of the value', () => {
    expect(maskedText(PARTIAL_DEFAULTS, cell(BPCHAR, 14), '12345678  ')).toBe('****5678  ')
  })

  test('a type without characters is redacted', () => {
    expect(maskedText(PARTIAL_DEFAULTS, cell(INT4), '123456789')).toBe('0')
  })

  test('for any text at most half survives outside of an address, and the length in characters stays', () => {
    const strategy = fc.record({ keepFirst: fc.nat(9), keepLast: fc.nat(9) })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), strategy, (value, keep) => {
        const result = maskedText({ strategy: 'partial', ...keep, keepDomain: false }, cell(TEXT), value) ?? ''
        const before = Array.from(value)
        const after = Array.from(result)
        expect(after.length).toBe(before.length)
        const kept = after.filter((character, index) => character === before[index] && character !== '*').length
        expect(kept * 2).toBeLessThanOrEqual(before.length)
      }),
      { interruptAfterTimeLimit: 1500 },
    )
  })
})

describe('hash', () => {
  const hex = createHmac('sha256', 'key').update('Ada').digest('hex')

  test('a text becomes its keyed digest, cut to the length of its type', () => {
    expect(maskedText(HASH, cell(TEXT), 'Ada')).toBe(hex)
    expect(maskedText(HASH, cell(VARCHAR, 14), 'Ada')).toBe(hex.slice(0, 10))
    expect(maskedText(HASH, cell(BPCHAR, 9), 'Ada  ')).toBe(hex.slice(0, 5))
  })

  test('one value gives one result in text and in binary', () => {
    const text = BigInt(maskedText(HASH, cell(INT4), '-5') ?? '')
    const binary = masked(HASH, cell(INT4, -1, 'binary'), Uint8Array.of(0xff, 0xff, 0xff, 0xfb)) ?? new Uint8Array()
    expect(BigInt(new DataView(binary.slice().buffer).getInt32(0))).toBe(text)
    const uuid = '0190a6ac-0000-7000-8000-00000000abcd'
    const bytes = Uint8Array.from(uuid.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    const hashed = [...(masked(HASH, cell(UUID, -1, 'binary'), bytes) ?? [])]
    expect(maskedText(HASH, cell(UUID), uuid)?.replaceAll('-', '')).toBe(Buffer.from(hashed).toString('hex'))
    expect(maskedText(HASH, cell(BYTEA), '\\x416461')).toBe(`\\x${hex}`)
    expect(Buffer.from(masked(HASH, cell(BYTEA, -1, 'binary'), 'Ada') ?? []).toString('hex')).toBe(hex)
  })

  test('without a key there is no hash, only an error', () => {
    expect(() => cellMask(HASH, cell(TEXT), undefined)).toThrow(MaskingError)
  })

  test('the cache never answers for another value', () => {
    const mask = cellMask(HASH, cell(TEXT), HMAC)
    if (mask.kind !== 'computed') throw new Error('hash is not computed')
    fc.assert(
      fc.property(fc.string(), (value) => {
        const out = new OutputBuffer()
        const source = utf8(value)
        mask.write(source, 0, source.length, out)
        expect(textOf(out.take())).toBe(createHmac('sha256', 'key').update(value).digest('hex'))
      }),
      { interruptAfterTimeLimit: 1000 },
    )
  })
})
