import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

describe('Writer', () => {
  test('writes what Reader reads', () => {
    const bytes = new Writer(1)
      .uint8(255)
      .int16(-2)
      .uint16(0xfffe)
      .int32(-2)
      .uint32(0xffff_fffe)
      .uint16Le(0x0201)
      .uint24Le(0x030201)
      .int32Le(-2)
      .uint32Le(0xffff_fffe)
      .uint64Le(0xffff_ffff_ffff_fffen)
      .float64Le(2.5)
      .cstring('größer')
      .utf8('日本')
      .bytes(Uint8Array.of(1, 2))
      .zeros(2)
      .toBytes()
    const reader = new Reader(bytes)
    expect(reader.uint8()).toBe(255)
    expect(reader.int16()).toBe(-2)
    expect(reader.uint16()).toBe(0xfffe)
    expect(reader.int32()).toBe(-2)
    expect(reader.uint32()).toBe(0xffff_fffe)
    expect(reader.uint16Le()).toBe(0x0201)
    expect(reader.uint24Le()).toBe(0x030201)
    expect(reader.int32Le()).toBe(-2)
    expect(reader.uint32Le()).toBe(0xffff_fffe)
    expect(reader.uint64Le()).toBe(0xffff_ffff_ffff_fffen)
    expect(reader.float64Le()).toBe(2.5)
    expect(reader.cstring()).toBe('größer')
    expect(reader.utf8(6)).toBe('日本')
    expect(reader.bytes(2)).toEqual(Uint8Array.of(1, 2))
    expect(reader.bytes(2)).toEqual(new Uint8Array(2))
    reader.end()
  })

  test('a number that does not fit is refused instead of wrapped', () => {
    const writer = new Writer()
    const misfits: readonly (() => unknown)[] = [
      () => writer.uint8(256),
      () => writer.uint16(0x1_0000),
      () => writer.int16(0x8000),
      () => writer.int32(0x8000_0000),
      () => writer.uint32(0x1_0000_0000),
      () => writer.uint24Le(0x100_0000),
      () => writer.uint64Le(-1n),
      () => writer.int32(1.5),
      () => writer.int32(Number.NaN),
      () => writer.uint32(-1),
    ]
    for (const misfit of misfits) expect(misfit).toThrow(expect.objectContaining({ code: 'out-of-range' }))
    expect(writer.length).toBe(0)
  })

  test('a string with a NUL is refused', () => {
    expect(() => new Writer().cstring('a\0b')).toThrow(expect.objectContaining({ code: 'embedded-nul' }))
  })

  test('lengths are filled in afterwards, inside what is written only', () => {
    const writer = new Writer().int32(0).uint24Le(0).utf8('abc')
    writer.setInt32(0, writer.length).setUint24Le(4, 0x030201)
    expect(writer.view()).toEqual(Uint8Array.of(0, 0, 0, 10, 1, 2, 3, 0x61, 0x62, 0x63))
    expect(() => writer.setInt32(7, 1)).toThrow(expect.objectContaining({ code: 'out-of-range' }))
  })

  test('what was taken is not changed by what is written next', () => {
    const writer = new Writer(4)
    const taken = writer.uint32(1).toBytes()
    writer.clear().uint32(2)
    expect(taken).toEqual(Uint8Array.of(0, 0, 0, 1))
  })

  test('any text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        fc.pre(!text.includes('\0'))
        expect(new Reader(new Writer(1).cstring(text).toBytes()).cstring()).toBe(text)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 2000 },
    )
  })
})
