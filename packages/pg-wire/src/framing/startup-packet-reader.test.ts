import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { StartupPacketReader } from './startup-packet-reader.ts'

describe('StartupPacketReader', () => {
  test('gives the body of a packet once it is whole', () => {
    const reader = new StartupPacketReader()
    for (const byte of [0, 0, 0, 8, 0x04, 0xd2, 0x16]) {
      reader.push(Uint8Array.of(byte))
      expect(reader.next()).toBeUndefined()
    }
    reader.push(Uint8Array.of(0x2f, 0x99))
    expect(reader.next()).toEqual(Uint8Array.of(0x04, 0xd2, 0x16, 0x2f))
    expect(reader.bufferedBytes).toBe(1)
    expect(reader.takeBuffered()).toEqual(Uint8Array.of(0x99))
  })

  test.each([-1, 0, 7, 10_001, 0x7fff_ffff])('length %i is malformed', (length) => {
    const reader = new StartupPacketReader()
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, length)
    reader.push(bytes)
    expect(() => reader.next()).toThrow(MalformedMessageError)
  })

  test('the bound is a setting', () => {
    const reader = new StartupPacketReader({ maxPacketBytes: 8 })
    reader.push(Uint8Array.of(0, 0, 0, 9))
    expect(() => reader.next()).toThrow('8 to 8')
  })
})
