import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii } from '../ascii.ts'
import type { CellMask } from '../cell-mask.ts'
import { MaskingError } from '../errors.ts'
import { OutputBuffer } from '../output-buffer.ts'
import { MysqlRowMasker } from './row-masker.ts'

type Value = Uint8Array | null

const CONSTANT: CellMask = { kind: 'constant', strategy: 'redact', bytes: ascii('[redacted]') }
const NULLED: CellMask = { kind: 'null', strategy: 'null' }
/** As many stars as the value has bytes. */
const COMPUTED: CellMask = {
  kind: 'computed',
  strategy: 'partial',
  write: (_, start, end, out) => {
    for (let left = end - start; left > 0; left -= 1) out.byte(0x2a)
  },
}

const masks = fc.constantFrom(undefined, CONSTANT, NULLED, COMPUTED)
const bytes = fc.uint8Array({ maxLength: 600 })
const column = fc.record({ value: fc.option(bytes), mask: masks, fixed: fc.constantFrom(undefined, 1, 2, 4, 8) })
const columns = fc.array(column, { maxLength: 20 })

describe('a text row', () => {
  test('keeps what is not masked, byte for byte, and replaces the rest', () => {
    fc.assert(
      fc.property(columns, (row) => {
        const masker = new MysqlRowMasker({ masks: row.map(({ mask }) => mask), widths: undefined })
        const out = new OutputBuffer(16)
        maskRow(masker, textRow(row.map(({ value }) => value)), out)
        expect(out.take()).toEqual(textRow(row.map(({ value, mask }) => expected(value, mask))))
        expect(masker.redacted).toEqual(row.map(({ value, mask }) => (value !== null && mask !== undefined ? 1 : 0)))
      }),
      { interruptAfterTimeLimit: 2000 },
    )
  })

  test('that is cut short, or longer than its description, is malformed and leaves nothing', () => {
    const row = textRow([ascii('abc'), ascii('def')])
    for (const broken of [
      row.subarray(0, 5),
      Uint8Array.of(...row, 1),
      Uint8Array.of(0xff, 1, 2),
      Uint8Array.of(0xfc),
    ]) {
      const out = new OutputBuffer(16)
      out.byte(7)
      const masker = new MysqlRowMasker({ masks: [CONSTANT, undefined], widths: undefined })
      expect(() => maskRow(masker, broken, out)).toThrow(MaskingError)
      expect(out.take()).toEqual(Uint8Array.of(7))
    }
  })

  test('has lengths of every form', () => {
    for (const length of [0, 250, 251, 65_535, 65_536, 16_777_216]) {
      const value = new Uint8Array(length).fill(0x61)
      const masker = new MysqlRowMasker({ masks: [undefined, CONSTANT, COMPUTED], widths: undefined })
      const out = new OutputBuffer(16)
      maskRow(masker, textRow([value, value, value]), out)
      const stars = new Uint8Array(length).fill(0x2a)
      const wanted = textRow([value, ascii('[redacted]'), stars])
      const given = out.take()
      expect(given.length).toBe(wanted.length)
      expect(given.every((byte, index) => byte === wanted[index])).toBe(true)
    }
  })

  test('of any bytes is masked or malformed', () => {
    fc.assert(
      fc.property(bytes, fc.array(masks, { maxLength: 5 }), (row, given) => {
        const masker = new MysqlRowMasker({ masks: given, widths: undefined })
        expect(outcome(masker, row)).toMatch(/^(?:masked|malformed-row)$/)
      }),
      { interruptAfterTimeLimit: 1000 },
    )
  })
})

describe('a binary row', () => {
  test('keeps what is not masked, byte for byte, and replaces the rest', () => {
    fc.assert(
      fc.property(columns, (row) => {
        const fitted = row.map(({ value, mask, fixed }) => ({
          value: value !== null && fixed !== undefined ? fit(value, fixed) : value,
          mask: mask === CONSTANT && fixed !== undefined ? { ...CONSTANT, bytes: new Uint8Array(fixed) } : mask,
          width: fixed ?? ('length' as const),
        }))
        const widths = fitted.map(({ width }) => width)
        const masker = new MysqlRowMasker({ masks: fitted.map(({ mask }) => mask), widths })
        const out = new OutputBuffer(16)
        maskRow(
          masker,
          binaryRow(
            fitted.map(({ value }) => value),
            widths,
          ),
          out,
        )
        const wanted = fitted.map(({ value, mask }) => expected(value, mask))
        expect(out.take()).toEqual(binaryRow(wanted, widths))
      }),
      { interruptAfterTimeLimit: 2000 },
    )
  })

  test('of any bytes is masked or malformed', () => {
    fc.assert(
      fc.property(bytes, fc.array(masks, { maxLength: 5 }), (row, given) => {
        const masker = new MysqlRowMasker({ masks: given, widths: given.map(() => 'length') })
        expect(outcome(masker, row)).toMatch(/^(?:masked|malformed-row)$/)
      }),
      { interruptAfterTimeLimit: 1000 },
    )
  })
})

/** Masks a row that stands between other bytes, as in a chunk. */
function maskRow(masker: MysqlRowMasker, row: Uint8Array, out: OutputBuffer): void {
  masker.row(between(row), 3, 3 + row.length, out)
}

function between(row: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 + row.length + 4).fill(1)
  bytes.set(row, 3)
  return bytes
}

/** What becomes of any bytes: whatever is thrown beside a MaskingError comes through. */
function outcome(masker: MysqlRowMasker, row: Uint8Array): string {
  try {
    maskRow(masker, row, new OutputBuffer(16))
    return 'masked'
  } catch (error) {
    if (error instanceof MaskingError) return error.code
    throw error
  }
}

function expected(value: Value, mask: CellMask | undefined): Value {
  if (value === null || mask === undefined) return value
  if (mask.kind === 'null') return null
  return mask.kind === 'constant' ? mask.bytes : new Uint8Array(value.length).fill(0x2a)
}

function fit(value: Uint8Array, width: number): Uint8Array {
  const fitted = new Uint8Array(width)
  fitted.set(value.subarray(0, width))
  return fitted
}

function textRow(values: readonly Value[]): Uint8Array {
  return concat(values.map((value) => (value === null ? Uint8Array.of(0xfb) : behindLength(value))))
}

function binaryRow(values: readonly Value[], widths: readonly (number | 'length')[]): Uint8Array {
  const nulls = new Uint8Array((values.length + 9) >> 3)
  for (const [index, value] of values.entries()) if (value === null) nulls[(index + 2) >> 3]! |= 1 << ((index + 2) & 7)
  const parts = values.map((value, index) =>
    value === null ? new Uint8Array(0) : widths[index] === 'length' ? behindLength(value) : value,
  )
  return concat([Uint8Array.of(0), nulls, ...parts])
}

function behindLength(value: Uint8Array): Uint8Array {
  const { length } = value
  const bytes = length < 0xfb ? 0 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 8
  const head = bytes === 0 ? [length] : [bytes === 2 ? 0xfc : bytes === 3 ? 0xfd : 0xfe]
  for (let index = 0; index < bytes; index += 1) head.push(Math.floor(length / 256 ** index) % 256)
  return concat([Uint8Array.from(head), value])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
