import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii } from '../ascii.ts'
import { OutputBuffer } from '../output-buffer.ts'
import type { Strategy } from '../rules.ts'
import { mysqlCellMask } from './cell-mask.ts'
import { fieldTypeOf, type MysqlField } from './field-type.ts'

const hmac = (value: Uint8Array): Uint8Array => {
  // No hash: it only has to tell values apart, and to be the same for the same.
  const digest = new Uint8Array(32)
  for (const [index, byte] of value.entries()) digest[index % 32] = (digest[index % 32]! * 31 + byte + 1) & 0xff
  return digest
}

function field(change: Partial<MysqlField>): MysqlField {
  return {
    name: 'c',
    schema: 's',
    orgTable: 't',
    orgName: 'c',
    columnType: 253,
    flags: 0,
    characterSet: 45,
    columnLength: 400,
    decimals: 0,
    extended: new Uint8Array(0),
    ...change,
  }
}

function masked(
  strategy: Strategy,
  change: Partial<MysqlField>,
  value: Uint8Array,
  format: 'text' | 'binary' = 'text',
) {
  const mask = mysqlCellMask(strategy, { type: fieldTypeOf(field(change)), format }, hmac)
  if (mask.kind === 'null') return null
  if (mask.kind === 'constant') return mask.bytes
  const out = new OutputBuffer(16)
  mask.write(value, 0, value.length, out)
  return out.take()
}

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : String.fromCharCode(...bytes))
/** Column type, bits of the value, bits that a hash may take, bytes in a binary row. */
const INTEGERS: readonly (readonly number[])[] = [
  [1, 8, 7, 1],
  [2, 16, 15, 2],
  [9, 24, 23, 4],
  [3, 32, 31, 4],
  [8, 64, 63, 8],
]
const REDACT: Strategy = { strategy: 'redact' }
const PARTIAL: Strategy = { strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true }
const HASH: Strategy = { strategy: 'hash' }

describe('redact', () => {
  test.each<[string, Partial<MysqlField>, string | null]>([
    ['varchar', {}, '[redacted]'],
    ['varchar(3)', { columnLength: 12 }, '[re'],
    ['varchar(3) in latin1', { columnLength: 3, characterSet: 8 }, '[re'],
    ['varchar in utf16', { characterSet: 54 }, ''],
    ['text', { columnType: 252 }, '[redacted]'],
    ['blob', { columnType: 252, characterSet: 63 }, ''],
    ['binary(3)', { columnType: 254, characterSet: 63, columnLength: 3 }, '\0\0\0'],
    ['varbinary', { characterSet: 63 }, ''],
    ['enum', { columnType: 254, flags: 0x100 }, ''],
    ['set', { columnType: 254, flags: 0x800 }, ''],
    ['int', { columnType: 3, characterSet: 63 }, '0'],
    ['decimal(10,2)', { columnType: 246, decimals: 2 }, '0.00'],
    ['double', { columnType: 5, decimals: 31 }, '0'],
    ['year', { columnType: 13 }, '0000'],
    ['date', { columnType: 10 }, '1970-01-01'],
    ['datetime(3)', { columnType: 12, decimals: 3 }, '1970-01-01 00:00:00.000'],
    ['timestamp', { columnType: 7 }, '1970-01-02 00:00:00'],
    ['time', { columnType: 11 }, '00:00:00'],
    ['bit(10)', { columnType: 16, columnLength: 10 }, '\0\0'],
    ['json', { columnType: 245 }, '"[redacted]"'],
    ['json of MariaDB', { columnType: 252, extended: Uint8Array.of(1, 4, ...ascii('json')) }, '"[redacted]"'],
    [
      'uuid',
      { columnType: 254, extended: Uint8Array.of(0, 4, ...ascii('uuid')) },
      '00000000-0000-0000-0000-000000000000',
    ],
    ['inet6', { columnType: 254, extended: Uint8Array.of(0, 5, ...ascii('inet6')) }, '::'],
    ['vector(2)', { columnType: 242, columnLength: 8, characterSet: 63 }, '\0'.repeat(8)],
    ['a type that nobody knows', { columnType: 200 }, null],
  ])('of %s is valid for it', (_, change, expected) => {
    expect(text(masked(REDACT, change, ascii('secret')))).toBe(expected)
  })

  test.each<[string, Partial<MysqlField>, readonly number[]]>([
    ['tinyint', { columnType: 1 }, [0]],
    ['mediumint', { columnType: 9 }, [0, 0, 0, 0]],
    ['bigint', { columnType: 8 }, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['float', { columnType: 4 }, [0, 0, 0, 0]],
    ['year', { columnType: 13 }, [0, 0]],
    ['datetime', { columnType: 12 }, [0xb2, 0x07, 1, 1]],
    ['time', { columnType: 11 }, []],
    ['decimal', { columnType: 246, decimals: 1 }, [0x30, 0x2e, 0x30]],
  ])('of %s in binary is valid for it', (_, change, expected) => {
    expect(masked(REDACT, change, new Uint8Array(8), 'binary')).toEqual(Uint8Array.from(expected))
  })
})

describe('partial', () => {
  test('keeps the end of a text, and the domain of an address', () => {
    expect(text(masked(PARTIAL, {}, ascii('123-45-6789')))).toBe('*******6789')
    expect(text(masked(PARTIAL, {}, ascii('ann@example.com')))).toBe('a**@example.com')
  })

  test('keeps nothing of a text in single bytes that is not all ASCII', () => {
    expect(text(masked(PARTIAL, { characterSet: 8 }, Uint8Array.of(0x41, 0x90, 0x91, 0x92, 0x93)))).toBe('*****')
    expect(text(masked(PARTIAL, { characterSet: 8 }, ascii('123-45-6789')))).toBe('*******6789')
  })

  test.each([
    ['a number', { columnType: 3 }],
    ['bytes', { characterSet: 63 }],
    ['gbk', { characterSet: 28 }],
  ] as const)('of %s is as redact', (_, change) => {
    expect(masked(PARTIAL, change, ascii('12345678'))).toEqual(masked(REDACT, change, ascii('12345678')))
  })
})

describe('hash', () => {
  test('of integers is a number that fits, the same in both formats', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...INTEGERS),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        ([columnType = 0, bits = 0, room = 0, width = 0], wide) => {
          const value = BigInt.asIntN(bits, wide)
          const binary = new Uint8Array(width)
          for (let index = 0; index < width; index += 1) {
            binary[index] = Number(BigInt.asUintN(8, value >> BigInt(8 * index)))
          }
          const change = { columnType: columnType }
          const inText = BigInt(text(masked(HASH, change, ascii(String(value)))) ?? '')
          const inBinary = masked(HASH, change, binary, 'binary') ?? binary
          let number = 0n
          for (const byte of inBinary.toReversed()) number = number * 256n + BigInt(byte)
          expect(inBinary.length).toBe(width)
          expect(number).toBe(inText)
          expect(inText >= 0n && inText < 2n ** BigInt(room)).toBe(true)
        },
      ),
      { interruptAfterTimeLimit: 2000 },
    )
  })

  test('of an unsigned number is that of its bits', () => {
    const change = { columnType: 1, flags: 0x20 }
    expect(text(masked(HASH, change, ascii('255')))).toBe(text(masked(HASH, change, ascii('-1'))))
    expect(text(masked(HASH, change, ascii('007')))).toBe(text(masked(HASH, change, ascii('7'))))
  })

  test('of a text is hexadecimal, and no longer than the column', () => {
    expect(text(masked(HASH, { columnLength: 40 }, ascii('secret')))).toMatch(/^[0-9a-f]{10}$/)
    expect(text(masked(HASH, {}, ascii('secret')))).toMatch(/^[0-9a-f]{64}$/)
    expect(masked(HASH, { characterSet: 63, columnLength: 16 }, ascii('secret'))?.length).toBe(16)
  })
})

test('null is NULL for every type', () => {
  for (let columnType = 0; columnType < 256; columnType += 1) {
    expect(masked({ strategy: 'null' }, { columnType }, ascii('1'))).toBeNull()
  }
})
