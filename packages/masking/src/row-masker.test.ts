import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CellMask, NULL_MASK } from './cell-mask.ts'
import { MaskingError } from './errors.ts'
import { OutputBuffer } from './output-buffer.ts'
import { RowMasker } from './row-masker.ts'
import { dataRow, outcome, utf8 } from './testdata/shop.ts'

const CONSTANT: CellMask = { kind: 'constant', strategy: 'redact', bytes: utf8('[redacted]') }
const ECHO_TWICE: CellMask = {
  kind: 'computed',
  strategy: 'hash',
  write: (source, start, end, out) => {
    out.copy(source, start, end)
    out.copy(source, start, end)
  },
}

function masked(masks: readonly (CellMask | undefined)[], row: Uint8Array): Uint8Array {
  const out = new OutputBuffer(16)
  new RowMasker(masks).row(row, 0, row.length, out)
  return out.take()
}

describe('RowMasker', () => {
  test('a masked cell changes, its length prefix and the message length with it, and nothing else', () => {
    expect(masked([undefined, CONSTANT, undefined], dataRow('1', '123-45-6789', 'Ada'))).toEqual(
      dataRow('1', '[redacted]', 'Ada'),
    )
    expect(masked([NULL_MASK, undefined], dataRow('secret', 'x'))).toEqual(dataRow(null, 'x'))
    expect(masked([ECHO_TWICE], dataRow('ab'))).toEqual(dataRow('abab'))
  })

  test('NULL stays NULL under every mask and is not counted', () => {
    const masker = new RowMasker([CONSTANT, NULL_MASK, ECHO_TWICE])
    const out = new OutputBuffer()
    const row = dataRow(null, null, null)
    masker.row(row, 0, row.length, out)
    expect(out.take()).toEqual(row)
    expect(masker.redacted).toEqual([0, 0, 0])
  })

  test('a row is found at any offset of its chunk', () => {
    const row = dataRow('1', '2')
    const chunk = new Uint8Array(row.length + 20).fill(7)
    chunk.set(row, 9)
    const out = new OutputBuffer()
    new RowMasker([CONSTANT, undefined]).row(chunk, 9, 9 + row.length, out)
    expect(out.take()).toEqual(dataRow('[redacted]', '2'))
  })

  test('rows that follow each other are masked one by one, and bytes that are no row are malformed', () => {
    const out = new OutputBuffer()
    const masker = new RowMasker([CONSTANT, undefined])
    masker.rows(Uint8Array.of(...dataRow('1', '2'), ...dataRow('3', '4')), out)
    expect(out.take()).toEqual(Uint8Array.of(...dataRow('[redacted]', '2'), ...dataRow('[redacted]', '4')))
    for (const cut of [1, 4, 12]) {
      expect(() => masker.rows(dataRow('1', '2').subarray(0, cut), out)).toThrow(MaskingError)
    }
    expect(() => masker.rows(Uint8Array.of(0x44, 0xff, 0xff, 0xff, 0xff), out)).toThrow(MaskingError)
    expect(out.length).toBe(0)
  })

  test.each([
    ['too few fields', dataRow('1')],
    ['too many fields', dataRow('1', '2', '3')],
    ['a message that ends within a field', dataRow('1', '2').subarray(0, -1)],
    ['bytes behind the last field', Uint8Array.of(...dataRow('1', '2'), 0)],
    ['a negative length other than NULL', dataRow('1', '2').map((byte, at) => (at === 10 ? 0xfe : byte))],
    ['a length beyond the message', dataRow('1', '2').map((byte, at) => (at === 7 ? 0x7f : byte))],
  ])('%s is malformed, and nothing of the row is written', (_what, row) => {
    const out = new OutputBuffer()
    out.byte(1)
    expect(() => new RowMasker([CONSTANT, undefined]).row(row, 0, row.length, out)).toThrow(MaskingError)
    expect(out.take()).toEqual(Uint8Array.of(1))
  })

  test('any bytes give a row or a malformed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 3 }), (bytes, columns) => {
        const out = new OutputBuffer()
        const masker = new RowMasker(Array.from({ length: columns }, () => CONSTANT))
        expect(outcome(() => masker.row(bytes, 0, bytes.length, out))).toMatch(/^(?:done|MaskingError)$/)
      }),
      { interruptAfterTimeLimit: 1000 },
    )
  })

  test('for any row and any masks, kept cells keep their bytes and masked cells show none of theirs', () => {
    const cell = fc.option(fc.uint8Array({ maxLength: 200 }))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.constantFrom(undefined, CONSTANT, NULL_MASK)), { maxLength: 8 }),
        (cells) => {
          const row = dataRow(...cells.map(([value]) => value))
          const expected = cells.map(([value, mask]) => {
            if (value === null || mask === undefined) return value
            return mask.kind === 'constant' ? mask.bytes : null
          })
          expect(
            masked(
              cells.map(([, mask]) => mask),
              row,
            ),
          ).toEqual(dataRow(...expected))
        },
      ),
      { interruptAfterTimeLimit: 2000 },
    )
  })
})
