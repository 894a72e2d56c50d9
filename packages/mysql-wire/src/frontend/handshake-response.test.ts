import { Writer } from '@sallyport/bytes'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLIENT } from '../capabilities.ts'
import { MalformedMessageError } from '../errors.ts'
import { decodeFirstPacket, HandshakeResponse, SslRequest } from './handshake-response.ts'

const NONE = { flags: 0, extended: 0 }
const BASE = CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION | CLIENT.PLUGIN_AUTH

function encode(message: HandshakeResponse | SslRequest): Uint8Array {
  const body = new Writer()
  if (message.type === 'SSLRequest') SslRequest.encode(message, body, NONE)
  else HandshakeResponse.encode(message, body, NONE)
  return body.toBytes()
}

test('HandshakeResponse41 is laid out as the protocol says', () => {
  const flags =
    BASE | CLIENT.CONNECT_WITH_DB | CLIENT.CONNECT_ATTRS | CLIENT.ZSTD_COMPRESSION_ALGORITHM | CLIENT.LONG_PASSWORD
  const message: HandshakeResponse = {
    type: 'HandshakeResponse41',
    capabilities: { flags, extended: 0 },
    maxPacketBytes: 0x100_0000,
    characterSet: 255,
    user: 'u',
    authResponse: Uint8Array.of(1, 2),
    schema: 'd',
    plugin: 'p',
    attributes: [{ name: 'a', value: 'b' }],
    zstdLevel: 3,
  }
  const layout = [
    [flags & 0xff, (flags >> 8) & 0xff, (flags >> 16) & 0xff, flags >>> 24],
    [0, 0, 0, 1], // the largest packet
    [255], // collation
    Array.from({ length: 23 }, () => 0),
    [0x75, 0], // user
    [2, 1, 2], // the plug-in's answer
    [0x64, 0], // schema
    [0x70, 0], // plug-in
    [4, 1, 0x61, 1, 0x62], // attributes
    [3], // level
  ].flat()
  expect([...encode(message)]).toEqual(layout)
  expect(decodeFirstPacket(Uint8Array.from(layout))).toEqual(message)
})

test('MariaDB has its own capabilities in what is filler otherwise', () => {
  const message: SslRequest = {
    type: 'SSLRequest',
    capabilities: { flags: BASE | CLIENT.SSL, extended: 0x1d },
    maxPacketBytes: 1,
    characterSet: 45,
  }
  const layout = encode(message)
  expect([...layout.subarray(28)]).toEqual([0x1d, 0, 0, 0])
  expect(decodeFirstPacket(layout)).toEqual(message)
  layout[0] = layout[0]! | CLIENT.LONG_PASSWORD
  expect(decodeFirstPacket(layout)).toMatchObject({ capabilities: { extended: 0 } })
})

test('a client before 4.1 is malformed', () => {
  expect(() => decodeFirstPacket(Uint8Array.of(0, 0, 0, 0, 0, 0x75, 0, 0))).toThrow(MalformedMessageError)
})

test('any bytes are a first packet or malformed, and one that is read comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(0xffff_ffff), (tail, random) => {
      const flags = (random | CLIENT.PROTOCOL_41 | CLIENT.SECURE_CONNECTION) >>> 0
      const head = new Writer().uint32Le(flags).uint32Le(0).uint8(33).zeros(23).toBytes()
      const message = readOrMalformed(() => decodeFirstPacket(Uint8Array.from([...head, ...tail])))
      if (message === undefined) return
      expect(decodeFirstPacket(encode(message))).toEqual(message)
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 4000 },
  )
})

/** Undefined for what is malformed; anything else that is thrown is a mistake. */
function readOrMalformed<M>(decode: () => M): M | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined
    throw error
  }
}
