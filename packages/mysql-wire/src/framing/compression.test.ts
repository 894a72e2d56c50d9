import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { CompressedReader, CompressedWriter, type Compressor } from './compression.ts'

/** Runs of one byte as two bytes each: enough of an algorithm to see whether the frames are right. */
const runs: Compressor = {
  compress: (bytes) => {
    const out: number[] = []
    for (let at = 0; at < bytes.length;) {
      let end = at + 1
      while (end < bytes.length && bytes[end] === bytes[at] && end - at < 255) end += 1
      out.push(end - at, bytes[at]!)
      at = end
    }
    return Uint8Array.from(out)
  },
  decompress: (bytes, length) => {
    const out: number[] = []
    for (let at = 0; at + 1 < bytes.length; at += 2) {
      if (out.length + bytes[at]! > length) throw new Error('more than it says')
      for (let count = 0; count < bytes[at]!; count += 1) out.push(bytes[at + 1]!)
    }
    return Uint8Array.from(out)
  },
}

test('a frame is a length, an id, a length before compression and the body', () => {
  const writer = new CompressedWriter({ compressor: runs, minBytes: 3 })
  expect(writer.write(Uint8Array.of(9, 9, 9, 9, 9))).toEqual(Uint8Array.of(2, 0, 0, 0, 5, 0, 0, 5, 9))
  expect(writer.write(Uint8Array.of(9, 9))).toEqual(Uint8Array.of(2, 0, 0, 1, 0, 0, 0, 9, 9))
  writer.restart(256)
  // What would not get shorter is left as it is.
  expect(writer.write(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 1, 2, 3))
})

test('a frame that is larger than it says, cut short or beyond the bound is malformed', () => {
  for (const frame of [
    [2, 0, 0, 0, 4, 0, 0, 5, 9],
    [2, 0, 0, 0, 6, 0, 0, 5, 9],
    [200, 0, 0, 0, 0, 0, 0],
    [2, 0, 0, 0, 200, 0, 0, 5, 9],
  ]) {
    const reader = new CompressedReader({ compressor: runs, maxFrameBytes: 100 })
    reader.push(Uint8Array.from(frame))
    expect(() => reader.next()).toThrow(MalformedMessageError)
  }
})

test('any bytes come through frames in any split', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.nat({ max: 200 }).map((size) => new Uint8Array(size)),
        ),
      ),
      fc.integer({ min: 1, max: 50 }),
      (parts, size) => {
        const writer = new CompressedWriter({ compressor: runs })
        const frames = Uint8Array.from(parts.flatMap((part) => [...writer.write(part)]))
        const reader = new CompressedReader({ compressor: runs })
        const read: number[] = []
        for (let at = 0; at < frames.length; at += size) {
          reader.push(frames.slice(at, at + size))
          for (let bytes = reader.next(); bytes !== undefined; bytes = reader.next()) read.push(...bytes)
        }
        expect(read).toEqual(parts.flatMap((part) => [...part]))
      },
    ),
    { interruptAfterTimeLimit: 2000, numRuns: 300 },
  )
})
