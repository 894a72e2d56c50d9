import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BytesError } from './errors.ts'
import { Reader } from './reader.ts'

describe('Reader', () => {
  test('reads every kind of number in both byte orders', () => {
    const reader = new Reader(
      Uint8Array.from([
        0xff, // uint8
        0xff, // int8
        0x01,
        0x02, // uint16
        0xff,
        0xfe, // int16
        0x80,
        0x00,
        0x00,
        0x01, // int32
        0x80,
        0x00,
        0x00,
        0x01, // uint32
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xfe, // int64
        0x01,
        0x02, // uint16Le
        0xfe,
        0xff, // int16Le
        0x01,
        0x02,
        0x03, // uint24Le
        0x01,
        0x00,
        0x00,
        0x80, // int32Le
        0x01,
        0x00,
        0x00,
        0x80, // uint32Le
        0xfe,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff, // uint64Le
        0xfe,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff, // int64Le
        0x00,
        0x00,
        0x20,
        0x40, // float32Le
        0x00,
        0x00,
        0x00,
        0x00,
        0x00,
        0x00,
        0x04,
        0x40, // float64Le
      ]),
    )
    expect(reader.uint8()).toBe(255)
    expect(reader.int8()).toBe(-1)
    expect(reader.uint16()).toBe(0x0102)
    expect(reader.int16()).toBe(-2)
    expect(reader.int32()).toBe(-0x7fff_ffff)
    expect(reader.uint32()).toBe(0x8000_0001)
    expect(reader.int64()).toBe(-2n)
    expect(reader.uint16Le()).toBe(0x0201)
    expect(reader.int16Le()).toBe(-2)
    expect(reader.uint24Le()).toBe(0x030201)
    expect(reader.int32Le()).toBe(-0x7fff_ffff)
    expect(reader.uint32Le()).toBe(0x8000_0001)
    expect(reader.uint64Le()).toBe(0xffff_ffff_ffff_fffen)
    expect(reader.int64Le()).toBe(-2n)
    expect(reader.float32Le()).toBe(2.5)
    expect(reader.float64Le()).toBe(2.5)
    reader.end()
  })

  test('refuses a string that is not UTF-8, and shows it to people only', () => {
    const bytes = Uint8Array.from([0x61, 0xc3, 0x28, 0x00])
    expect(() => new Reader(bytes).cstring()).toThrow(expect.objectContaining({ code: 'invalid-utf8' }))
    expect(new Reader(bytes).cstringLossy()).toBe('a\uFFFD(')
    expect(new Reader(bytes, 0, 4, { text: 'lossy' }).cstring()).toBe('a\uFFFD(')
    expect(new Reader(bytes).cstringBytes()).toEqual(bytes.subarray(0, 3))
  })

  test('tells a real U+FFFD from one that stands for something else', () => {
    const real = Uint8Array.from([...new TextEncoder().encode('long enough for the native way: \uFFFD'), 0])
    expect(new Reader(real).cstring()).toContain('\uFFFD')
    const fake = Uint8Array.from([...new TextEncoder().encode('long enough for the native way: '), 0xff, 0])
    expect(() => new Reader(fake).cstring()).toThrow(BytesError)
  })

  test('keeps a byte order mark', () => {
    expect(new Reader(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61, 0x00])).cstring()).toBe('\uFEFFa')
  })

  test('never finds a terminator beyond its end', () => {
    const reader = new Reader(Uint8Array.from([0x61, 0x62, 0x00]), 0, 2)
    expect(() => reader.cstring()).toThrow(expect.objectContaining({ code: 'unterminated' }))
  })

  test('refuses negative and fractional counts and what lies beyond the end', () => {
    for (const count of [-1, 1.5, 5, Number.NaN]) {
      expect(() => new Reader(new Uint8Array(4)).bytes(count)).toThrow(
        expect.objectContaining({ code: 'out-of-bounds' }),
      )
    }
    expect(() => new Reader(new Uint8Array(3)).int32()).toThrow(expect.objectContaining({ code: 'out-of-bounds' }))
    expect(() => new Reader(new Uint8Array(3)).end()).toThrow(expect.objectContaining({ code: 'trailing-bytes' }))
    expect(() => new Reader(new Uint8Array(3), 2, 4)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
  })

  test('a string is decoded exactly where a strict decoder decodes it, and else refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Uint8Array.from([...noise.map((byte) => byte || 1), 0])
        const strictly = outcome(() =>
          new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, -1)),
        )
        expect(outcome(() => new Reader(bytes).cstring())).toBe(strictly)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 3000 },
    )
  })
})

/** The text, or undefined when there is none. */
function outcome(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
