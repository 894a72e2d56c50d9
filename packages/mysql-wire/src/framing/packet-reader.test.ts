import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { encodePackets, packetsOf } from './encode-packets.ts'
import { PacketReader } from './packet-reader.ts'
import { MAX_PACKET_PAYLOAD } from './raw-packet.ts'
import { renumberPackets } from './renumber.ts'
import { anyStream, pieces } from './testdata/streams.ts'

describe('PacketReader', () => {
  test('a packet is three bytes of length, an id and the payload', () => {
    const reader = new PacketReader({ maxMessageBytes: 100 })
    const chunk = Uint8Array.of(2, 0, 0, 7, 0x0e, 0x21)
    reader.push(chunk)
    const raw = reader.next()
    expect(raw).toEqual({ bytes: chunk, payload: Uint8Array.of(0x0e, 0x21), sequence: 7, nextSequence: 8 })
    expect(raw?.payload.buffer).toBe(chunk.buffer)
    expect(reader.next()).toBeUndefined()
  })

  test('an id after 255 is 0', () => {
    const reader = new PacketReader({ maxMessageBytes: 100 })
    reader.push(encodePackets(Uint8Array.of(1), 255))
    expect(reader.next()).toMatchObject({ sequence: 255, nextSequence: 0 })
  })

  test.each([0, 1, 5])('a payload of 16 MiB - 1 and %i bytes is one message of two packets', (more) => {
    const payload = new Uint8Array(MAX_PACKET_PAYLOAD + more).fill(7)
    payload[MAX_PACKET_PAYLOAD - 1] = 8
    const bytes = encodePackets(payload, 3)
    expect(packetsOf(payload.length)).toBe(2)
    expect(bytes.length).toBe(payload.length + 8)
    const reader = new PacketReader({ maxMessageBytes: 20 * 1024 * 1024 })
    reader.push(bytes.subarray(0, 1000))
    expect(reader.next()).toBeUndefined()
    reader.push(bytes.subarray(1000, MAX_PACKET_PAYLOAD + 4))
    expect(reader.next()).toBeUndefined()
    reader.push(bytes.subarray(MAX_PACKET_PAYLOAD + 4))
    const raw = reader.next()
    expect(raw).toMatchObject({ sequence: 3, nextSequence: 5 })
    expect(raw?.payload.length).toBe(payload.length)
    expect(raw?.payload.lastIndexOf(8)).toBe(MAX_PACKET_PAYLOAD - 1)
    expect(reader.bufferedBytes).toBe(0)
  })

  test('packets of one message that do not follow each other are malformed', () => {
    const bytes = encodePackets(new Uint8Array(MAX_PACKET_PAYLOAD + 1), 0)
    bytes[MAX_PACKET_PAYLOAD + 4 + 3] = 2
    const reader = new PacketReader({ maxMessageBytes: 20 * 1024 * 1024 })
    reader.push(bytes)
    expect(() => reader.next()).toThrow(MalformedMessageError)
  })

  test('a message beyond the bound is refused by its header alone', () => {
    const reader = new PacketReader({ maxMessageBytes: 14, side: 'backend' })
    reader.push(encodePackets(new Uint8Array(10), 0))
    expect(reader.next()?.payload.length).toBe(10)
    reader.push(Uint8Array.of(11, 0, 0, 0))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'message-too-large', side: 'backend' }))
  })

  test('packets that are renumbered keep everything but their ids', () => {
    const two = Uint8Array.from([...encodePackets(Uint8Array.of(1, 2), 9), ...encodePackets(Uint8Array.of(3), 10)])
    expect(renumberPackets(two, 255)).toEqual(Uint8Array.of(2, 0, 0, 255, 1, 2, 1, 0, 0, 0, 3))
    expect(two[3]).toBe(9)
  })

  test('any split of a stream gives the same messages', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (messages, sizes) => {
        const reader = new PacketReader({ maxMessageBytes: 100 })
        const read: Uint8Array[] = []
        for (const chunk of pieces(messages, sizes)) {
          reader.push(chunk)
          for (let raw = reader.next(); raw !== undefined; raw = reader.next()) read.push(raw.bytes.slice())
        }
        expect(read).toEqual(messages)
        expect(reader.takeBuffered()).toHaveLength(0)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 400 },
    )
  })
})
