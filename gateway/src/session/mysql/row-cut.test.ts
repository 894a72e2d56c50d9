import { encodePackets, MAX_PACKET_PAYLOAD, packetsOf, renumberPackets } from '@sallyport/mysql-wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatementLimit } from '../../guard/statement-limit.ts'
import { RowCut } from './row-cut.ts'

const limitOf = (rows?: number, bytes?: number): StatementLimit =>
  new StatementLimit({ rows, bytes, timeoutMs: undefined }, undefined, 'cut')

/** Rows numbered one after the other, as they lie in a result. */
function rowsOf(lengths: readonly number[], from: number): readonly Uint8Array[] {
  let sequence = from
  return lengths.map((length) => {
    const packets = encodePackets(new Uint8Array(length), sequence & 0xff)
    sequence += packetsOf(length)
    return packets
  })
}

/** Runs as the scanner gives them: cut anywhere but within a header. */
function runsOf(rows: readonly Uint8Array[], cuts: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.concat(rows)
  const headers = new Set<number>()
  let at = 0
  for (const { length } of rows) {
    for (let index = 1; index < 4; index++) headers.add(at + index)
    at += length
  }
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].filter((cut) => !headers.has(cut))
  const sorted = [0, ...places.sort((one, other) => one - other), bytes.length]
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end))
}

/** How many of these rows a limit lets pass. */
function passingOf(rows: readonly Uint8Array[], maxRows = Infinity, maxBytes = Infinity): number {
  let bytes = 0
  const first = rows.findIndex(({ length }, index) => {
    bytes += length
    return index >= maxRows || bytes > maxBytes
  })
  return first === -1 ? rows.length : first
}

test('whole rows pass up to the limit, and none behind it, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
      fc.array(fc.nat(600), { maxLength: 20 }),
      fc.option(fc.nat(12), { nil: undefined }),
      fc.option(fc.nat(400), { nil: undefined }),
      fc.nat(255),
      (lengths, cuts, maxRows, maxBytes, from) => {
        const rows = rowsOf(lengths, from)
        const limit = limitOf(maxRows, maxBytes)
        const cut = new RowCut()
        const passed = Buffer.concat(runsOf(rows, cuts).map((run) => cut.passing(run, limit)))
        const count = passingOf(rows, maxRows, maxBytes)
        expect(passed.equals(Buffer.concat(rows.slice(0, count)))).toBe(true)
        expect(cut.dropped).toBe(rows.length - count)
        expect(limit.take()).toEqual({ rows: count, bytes: passed.length })
      },
    ),
    { numRuns: 400 },
  )
})

test('a result behind one that was cut is numbered on from what passed of it, and the bytes that came stay as they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      fc.nat(6),
      fc.nat(255),
      (first, second, cuts, maxRows, from) => {
        const limit = limitOf(maxRows)
        const cut = new RowCut()
        for (const run of runsOf(rowsOf(first, from), cuts)) cut.passing(run, limit)
        const { dropped } = cut
        limit.nextResult()
        const begins = from + first.length
        const runs = runsOf(rowsOf(second, begins), cuts)
        const before = Buffer.concat(runs)
        const passed = Buffer.concat(runs.map((run) => cut.passing(run, limit)))
        const expected = rowsOf(second, begins - dropped).slice(0, Math.min(maxRows, second.length))
        expect(passed.equals(Buffer.concat(expected))).toBe(true)
        expect(Buffer.concat(runs).equals(before)).toBe(true)
      },
    ),
    { numRuns: 400 },
  )
})

describe('a row of several packets', () => {
  const large = encodePackets(new Uint8Array(MAX_PACKET_PAYLOAD + 10), 254)

  test('is one row, and passes or does not as a whole', () => {
    const limit = limitOf(1)
    const cut = new RowCut()
    const half = large.length >> 1
    const passed = Buffer.concat([
      cut.passing(large.subarray(0, half), limit),
      cut.passing(large.subarray(half), limit),
    ])
    expect(passed.equals(large)).toBe(true)
    expect(limit.take()).toEqual({ rows: 1, bytes: large.length })
    expect(cut.passing(large, limit)).toHaveLength(0)
    expect(cut.dropped).toBe(2)
  })

  test('is numbered anew in all of its packets behind rows that did not pass', () => {
    const limit = limitOf(1)
    const cut = new RowCut()
    const [one, two] = rowsOf([3, 3], 251)
    cut.passing(Buffer.concat([one!, two!]), limit)
    limit.nextResult()
    expect(Buffer.from(cut.passing(large, limit)).equals(renumberPackets(large, 253))).toBe(true)
  })

  test('counts with all of its bytes for what comes behind it', () => {
    const limit = limitOf(undefined, MAX_PACKET_PAYLOAD + 20)
    const cut = new RowCut()
    expect(cut.passing(large, limit)).toHaveLength(large.length)
    expect(cut.passing(rowsOf([5], 0)[0]!, limit)).toHaveLength(0)
  })
})

test('another command begins without what was dropped of the last', () => {
  const cut = new RowCut()
  const limit = limitOf(0)
  cut.passing(rowsOf([5], 3)[0]!, limit)
  cut.reset()
  expect(cut.dropped).toBe(0)
})
