import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { decodeStartupPacket, encodeStartupPacket, type StartupPacket } from './startup-packet.ts'

const text = (string: string): number[] => [...new TextEncoder().encode(string), 0]

const LAID_OUT: readonly (readonly [StartupPacket, readonly number[]])[] = [
  [{ type: 'SSLRequest' }, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]],
  [{ type: 'GSSENCRequest' }, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]],
  [
    { type: 'CancelRequest', processId: 258, secretKey: Uint8Array.of(1, 2, 3, 4) },
    [0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e, 0, 0, 1, 2, 1, 2, 3, 4],
  ],
  [
    {
      type: 'StartupMessage',
      major: 3,
      minor: 2,
      parameters: [
        { name: 'user', value: 'me' },
        { name: 'options', value: '' },
      ],
    },
    [0, 0, 0, 26, 0, 3, 0, 2, ...text('user'), ...text('me'), ...text('options'), 0, 0],
  ],
]

describe('startup packets', () => {
  test.each(LAID_OUT)('$type is laid out as the protocol says', (packet, layout) => {
    expect([...encodeStartupPacket(packet)]).toEqual(layout)
    expect(decodeStartupPacket(Uint8Array.from(layout.slice(4)))).toEqual(packet)
  })

  test('a cancel key has 4 to 256 bytes', () => {
    const body = (keyBytes: number): Uint8Array =>
      encodeStartupPacket({ type: 'CancelRequest', processId: 1, secretKey: new Uint8Array(keyBytes) }).subarray(4)
    for (const keyBytes of [4, 32, 256]) expect(decodeStartupPacket(body(keyBytes)).type).toBe('CancelRequest')
    for (const keyBytes of [0, 3, 257]) expect(() => decodeStartupPacket(body(keyBytes))).toThrow(MalformedMessageError)
  })

  test('another major version is malformed, another minor version is not', () => {
    expect(() => decodeStartupPacket(Uint8Array.of(0, 2, 0, 0, 0))).toThrow(MalformedMessageError)
    expect(decodeStartupPacket(Uint8Array.of(0, 3, 0x0f, 0x9f, 0))).toMatchObject({ major: 3, minor: 3999 })
  })

  test('bytes behind the last parameter are malformed', () => {
    expect(() => decodeStartupPacket(Uint8Array.of(0, 3, 0, 0, 0, 0))).toThrow(MalformedMessageError)
  })

  test('any bytes are a packet or malformed', () => {
    fc.assert(
      fc.property(fc.constantFrom([0, 3, 0, 0], [0x04, 0xd2, 0x16, 0x2e], []), fc.uint8Array(), (code, rest) => {
        const body = Uint8Array.from([...code, ...rest])
        let again: Uint8Array = body
        try {
          again = encodeStartupPacket(decodeStartupPacket(body)).subarray(4)
        } catch (error) {
          if (!(error instanceof MalformedMessageError)) throw error
        }
        expect(again).toEqual(body)
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 3000 },
    )
  })
})
