import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { MessageReader } from './message-reader.ts'
import { anyStream, header, pieces } from './testdata/streams.ts'

describe('MessageReader', () => {
  test('a message in one chunk is a view of it', () => {
    const reader = new MessageReader({ maxMessageBytes: 100 })
    const chunk = Uint8Array.of(0x53, 0, 0, 0, 4, 0x48, 0, 0, 0, 4)
    reader.push(chunk)
    expect(reader.next()).toMatchObject({ tag: 0x53, bytes: chunk.subarray(0, 5), body: new Uint8Array(0) })
    const second = reader.next()
    expect(second?.bytes.buffer).toBe(chunk.buffer)
    expect(second?.bytes.byteOffset).toBe(5)
    expect(reader.next()).toBeUndefined()
  })

  test.each([3, 0, -1, -0x8000_0000])('length %i is malformed', (length) => {
    const reader = new MessageReader({ maxMessageBytes: 100 })
    reader.push(header(0x51, length))
    expect(() => reader.next()).toThrow(MalformedMessageError)
  })

  test('a message beyond the bound is refused by its header alone', () => {
    const reader = new MessageReader({ maxMessageBytes: 100 })
    reader.push(header(0x51, 0x7fff_ffff))
    expect(() => reader.next()).toThrow('at most 100')
    expect(reader.bufferedBytes).toBe(5)
  })

  test('a message exactly as large as the bound is taken', () => {
    const reader = new MessageReader({ maxMessageBytes: 100 })
    reader.push(header(0x51, 99))
    reader.push(new Uint8Array(95))
    expect(reader.next()?.bytes.length).toBe(100)
  })

  test('a message of 16 MiB in chunks of one byte to 64 KiB is copied once, not again with every chunk', () => {
    const reader = new MessageReader({ maxMessageBytes: 1 << 25 })
    const length = 16 * 1024 * 1024
    reader.push(header(0x64, length + 4))
    let sent = 0
    for (let size = 1; sent < length; size = (size * 7) % 65_537) {
      expect(reader.next()).toBeUndefined()
      const chunk = new Uint8Array(Math.min(size, length - sent))
      sent += chunk.length
      reader.push(chunk)
    }
    expect(reader.next()?.body.length).toBe(length)
  })

  test('what follows the messages can be taken over by another protocol', () => {
    const reader = new MessageReader({ maxMessageBytes: 100 })
    reader.push(Uint8Array.of(0x53, 0, 0, 0, 4, 1, 2))
    reader.next()
    expect(reader.takeBuffered()).toEqual(Uint8Array.of(1, 2))
  })

  test('any split of a stream gives the same messages', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (messages, sizes) => {
        const reader = new MessageReader({ maxMessageBytes: 10_000 })
        const seen: Uint8Array[] = []
        for (const chunk of pieces(messages, sizes)) {
          reader.push(chunk)
          for (let raw = reader.next(); raw !== undefined; raw = reader.next()) seen.push(raw.bytes.slice())
        }
        expect(seen).toEqual(messages)
        expect(reader.bufferedBytes).toBe(0)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 300 },
    )
  })

  test('any bytes give messages, or wait for more, or are malformed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (chunks) => {
        const reader = new MessageReader({ maxMessageBytes: 1000 })
        let bytes = 0
        try {
          for (const chunk of chunks) {
            reader.push(chunk)
            for (let raw = reader.next(); raw !== undefined; raw = reader.next()) bytes += raw.bytes.length
          }
        } catch (error) {
          if (!(error instanceof MalformedMessageError)) throw error
          bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0) - reader.bufferedBytes
        }
        expect(bytes + reader.bufferedBytes).toBeLessThanOrEqual(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 2000 },
    )
  })
})
