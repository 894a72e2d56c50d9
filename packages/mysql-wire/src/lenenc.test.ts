import { BytesError, Reader, Writer } from '@sallyport/bytes'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCount, readLength, readLengthEncoded, writeLength } from './lenenc.ts'

test.each([
  [0, [0]],
  [250, [250]],
  [251, [0xfc, 251, 0]],
  [0xffff, [0xfc, 0xff, 0xff]],
  [0x1_0000, [0xfd, 0, 0, 1]],
  [0xff_ffff, [0xfd, 0xff, 0xff, 0xff]],
  [0x100_0000, [0xfe, 0, 0, 0, 1, 0, 0, 0, 0]],
])('%i is written in its shortest form', (value, bytes) => {
  const writer = new Writer()
  writeLength(writer, value)
  expect([...writer.toBytes()]).toEqual(bytes)
  expect(readLength(new Reader(Uint8Array.from(bytes)))).toBe(value)
})

test.each([
  [106, [0xfc, 106, 0]],
  [0xffff, [0xfd, 0xff, 0xff, 0]],
  [1, [0xfe, 1, 0, 0, 0, 0, 0, 0, 0]],
])('%i is read in a longer form than it needs, as servers read it', (value, bytes) => {
  expect(readLength(new Reader(Uint8Array.from(bytes)))).toBe(value)
})

test.each([[[0xfb]], [[0xff]], [[0xfc, 250]], [[0xfe, 0, 0, 0, 0, 0, 0, 0x20, 0]]])('%j is no length', (bytes) => {
  expect(() => readLength(new Reader(Uint8Array.from(bytes)))).toThrow(BytesError)
})

test('a count beyond what the payload can hold is refused', () => {
  expect(readCount(new Reader(Uint8Array.of(2, 0, 0, 0, 0)), 2)).toBe(2)
  expect(() => readCount(new Reader(Uint8Array.of(3, 0, 0, 0, 0)), 2)).toThrow(BytesError)
})

test('any number of 64 bits comes back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), (value) => {
      const writer = new Writer()
      writeLength(writer, value)
      const reader = new Reader(writer.toBytes())
      expect(readLengthEncoded(reader)).toBe(value)
      reader.end()
    }),
    { interruptAfterTimeLimit: 1000, numRuns: 500 },
  )
})
