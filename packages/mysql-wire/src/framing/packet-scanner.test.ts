import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError, MessageTooLargeError } from '../errors.ts'
import { encodePackets } from './encode-packets.ts'
import { PacketScanner, type PacketRun, type ScannerSink } from './packet-scanner.ts'
import { MAX_PACKET_PAYLOAD } from './raw-packet.ts'
import { anyStream, pieces, Recorder } from './testdata/streams.ts'

describe('PacketScanner', () => {
  test('rows that follow each other in a chunk are one run, a view of the chunk', () => {
    const messages = [[1, 2], [3], [0xfe]].map((payload, index) => encodePackets(Uint8Array.from(payload), 4 + index))
    const chunk = pieces(messages, [1000])[0]!
    const runs: PacketRun[] = []
    const recorder = new Recorder()
    new PacketScanner({ maxMessageBytes: 100 }).scan(chunk, {
      streams: recorder.streams,
      message: recorder.message,
      run: (run) => runs.push(run),
    })
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ completed: 2, packets: 2, sequence: 4 })
    expect(runs[0]?.bytes.buffer).toBe(chunk.buffer)
    expect(recorder.order).toEqual(['message 1 6'])
  })

  test('a row of 1 GiB passes through with nothing assembled', () => {
    const scanner = new PacketScanner({ maxMessageBytes: 100 })
    const total = { bytes: 0, completed: 0, packets: 0 }
    const sink: ScannerSink = {
      streams: () => true,
      run: (run) => {
        total.bytes += run.bytes.length
        total.completed += run.completed
        total.packets += run.packets
      },
      message: () => expect.unreachable(),
    }
    const full = new Uint8Array(MAX_PACKET_PAYLOAD + 4).fill(0xff, 0, 3)
    full[4] = 1
    for (let packet = 0; packet < 64; packet += 1) {
      full[3] = packet
      scanner.scan(full, sink)
      expect(scanner.atBoundary).toBe(false)
    }
    scanner.scan(Uint8Array.of(1, 0, 0, 64, 9), sink)
    expect(total).toEqual({ bytes: 64 * (MAX_PACKET_PAYLOAD + 4) + 5, completed: 1, packets: 65 })
    expect(scanner.atBoundary).toBe(true)
  })

  test('a message of several packets that does not stream is assembled', () => {
    const payload = new Uint8Array(MAX_PACKET_PAYLOAD + 3)
    payload[0] = 0xff
    const bytes = encodePackets(payload, 254)
    const recorder = new Recorder()
    const scanner = new PacketScanner({ maxMessageBytes: 20 * 1024 * 1024 })
    scanner.scan(bytes.slice(0, 5_000_000), recorder)
    scanner.scan(bytes.slice(5_000_000), recorder)
    expect(recorder.order).toEqual([`message ${payload.length} 254`])
    expect(recorder.messages[0]?.nextSequence).toBe(0)
    expect(recorder.messages[0]?.bytes.length).toBe(bytes.length)
  })

  test('a message beyond the bound is refused by its header alone', () => {
    const scanner = new PacketScanner({ maxMessageBytes: 14 })
    scanner.scan(encodePackets(new Uint8Array(10).fill(0xff), 0), new Recorder())
    expect(() => scanner.scan(Uint8Array.of(11, 0, 0, 0, 0xff), new Recorder())).toThrow(MessageTooLargeError)
  })

  test('rows whose ids do not follow each other are malformed', () => {
    const scanner = new PacketScanner({ maxMessageBytes: 14 })
    const chunk = Uint8Array.of(1, 0, 0, 1, 7, 1, 0, 0, 3, 7)
    expect(() => scanner.scan(chunk, new Recorder())).toThrow(MalformedMessageError)
  })

  test('rows that are wanted whole come in runs of whole rows, those that a chunk cuts by themselves, and none is lost', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (messages, sizes) => {
        const came: Uint8Array[] = []
        const sink: ScannerSink = {
          streams: (first) => (first >= 0 && first < 0xfe ? 'whole' : false),
          run: ({ bytes, completed, packets, sequence }) => {
            let at = 0
            for (let row = 0; row < completed; row += 1) {
              const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
              expect(bytes[at + 3]).toBe((sequence + row) & 0xff)
              came.push(bytes.slice(at, at + 4 + length))
              at += 4 + length
            }
            expect({ at, packets }).toEqual({ at: bytes.length, packets: completed })
          },
          message: (raw) => came.push(raw.bytes.slice()),
        }
        const scanner = new PacketScanner({ maxMessageBytes: 100 })
        for (const chunk of pieces(messages, sizes)) scanner.scan(chunk, sink)
        expect(came.map((bytes) => [...bytes])).toEqual(messages.map((bytes) => [...bytes]))
        expect(scanner.atBoundary).toBe(true)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 400 },
    )
  })

  test('any split of a stream gives the same messages and the same rows', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (messages, sizes) => {
        const whole = new Recorder()
        const cut = new Recorder()
        const slow = new Recorder()
        for (const bytes of messages) new PacketScanner({ maxMessageBytes: 100 }).scan(bytes, whole)
        const scanner = new PacketScanner({ maxMessageBytes: 100 })
        for (const chunk of pieces(messages, sizes)) scanner.scan(chunk, cut)
        const oneByOne = new PacketScanner({ maxMessageBytes: 100 })
        for (const chunk of pieces(messages, [1])) oneByOne.scan(chunk, slow)
        for (const other of [cut, slow]) {
          expect(other.messages).toEqual(whole.messages)
          expect(other.order).toEqual(whole.order)
          expect(other.streamed).toEqual(whole.streamed)
          expect({ completed: other.completed, packets: other.packets }).toEqual({
            completed: whole.completed,
            packets: whole.packets,
          })
        }
        expect(scanner.atBoundary).toBe(true)
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 400 },
    )
  })
})
