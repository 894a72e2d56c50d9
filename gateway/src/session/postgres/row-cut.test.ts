import { encodeBackend } from '@sallyport/pg-wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StatementLimit } from '../../guard/statement-limit.ts'
import { RowCut } from './row-cut.ts'

const limitOf = (rows?: number, bytes?: number): StatementLimit =>
  new StatementLimit({ rows, bytes, timeoutMs: undefined }, undefined, 'cut')

function row(length: number): Uint8Array {
  return encodeBackend({ type: 'DataRow', values: [new Uint8Array(length)] })
}

/** Runs as the scanner gives them: cut anywhere but within a header. */
function runsOf(rows: readonly Uint8Array[], cuts: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.concat(rows)
  const headers = new Set<number>()
  let at = 0
  for (const { length } of rows) {
    for (let index = 1; index < HEADER_BYTES; index++) headers.add(at + index)
    at += length
  }
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].filter((cut) => !headers.has(cut))
  const sorted = [0, ...places.sort((one, other) => one - other), bytes.length]
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

test('whole rows pass up to the limit, and none behind it, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
      fc.array(fc.nat(600), { maxLength: 20 }),
      fc.option(fc.nat(12), { nil: undefined }),
      fc.option(fc.nat(400), { nil: undefined }),
      (lengths, cuts, maxRows, maxBytes) => {
        const rows = lengths.map(row)
        const limit = limitOf(maxRows, maxBytes)
        const cut = new RowCut()
        const passed = runsOf(rows, cuts).map((run) => run.subarray(0, cut.passing(run, limit)))
        const expected: Uint8Array[] = []
        let bytes = 0
        for (const each of rows) {
          bytes += each.length
          if (expected.length >= (maxRows ?? Infinity) || bytes > (maxBytes ?? Infinity)) break
          expected.push(each)
        }
        expect(Buffer.concat(passed).equals(Buffer.concat(expected))).toBe(true)
        expect(limit.excess !== undefined).toBe(expected.length < rows.length)
        expect(limit.take()).toEqual({ rows: expected.length, bytes: Buffer.concat(expected).length })
      },
    ),
    { numRuns: 400 },
  )
})

test('a result behind one that was cut begins with its own first row', () => {
  const limit = limitOf(1)
  const cut = new RowCut()
  const run = Buffer.concat([row(3), row(5)])
  expect(cut.passing(run, limit)).toBe(row(3).length)
  cut.reset()
  limit.nextResult()
  expect(cut.passing(run, limit)).toBe(row(3).length)
})

test('a row that does not pass does so to its last byte', () => {
  const limit = limitOf(0)
  const cut = new RowCut()
  const large = row(1000)
  expect(cut.passing(large.subarray(0, 10), limit)).toBe(0)
  expect(cut.passing(large.subarray(10, 500), limit)).toBe(0)
  expect(cut.passing(large.subarray(500), limit)).toBe(0)
})

const HEADER_BYTES = 5
