import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { channelBindingData } from './digest.ts'

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), body])
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const algorithm = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const NULL = der(0x05)
const PSS = '2a864886f70d01010a'
const SHA384 = '608648016503040202'

/** A certificate as far as it is read: a body of some length, an algorithm, a signature. */
function certificate(signature: Buffer, bodyLength = 300): Buffer {
  return der(0x30, der(0x30, Buffer.alloc(bodyLength)), signature, der(0x03, Buffer.alloc(64)))
}

describe('the digest of a certificate', () => {
  it.each([
    ['sha256WithRSAEncryption', algorithm(oid('2a864886f70d01010b'), NULL), 'sha256'],
    ['sha384WithRSAEncryption', algorithm(oid('2a864886f70d01010c'), NULL), 'sha384'],
    ['sha512WithRSAEncryption', algorithm(oid('2a864886f70d01010d'), NULL), 'sha512'],
    ['ecdsa-with-SHA256', algorithm(oid('2a8648ce3d040302')), 'sha256'],
    ['ecdsa-with-SHA512', algorithm(oid('2a8648ce3d040304')), 'sha512'],
    ['md5WithRSAEncryption', algorithm(oid('2a864886f70d010104'), NULL), 'sha256'],
    ['sha1WithRSAEncryption', algorithm(oid('2a864886f70d010105'), NULL), 'sha256'],
    ['RSASSA-PSS with SHA-384', algorithm(oid(PSS), der(0x30, der(0xa0, algorithm(oid(SHA384), NULL)))), 'sha384'],
  ])('signed by %s is made with the hash of RFC 5929', (_, signature, hash) => {
    for (const length of [10, 100, 200, 5000]) {
      const bytes = certificate(signature, length)
      expect(channelBindingData(bytes)).toEqual(createHash(hash).update(bytes).digest())
    }
  })

  it.each([
    ['Ed25519, which has none of its own', algorithm(oid('2b6570'))],
    ['RSASSA-PSS with its default', algorithm(oid(PSS), der(0x30))],
    ['an unknown algorithm', algorithm(oid('2a0304'))],
    ['no algorithm', der(0x04)],
  ])('signed by %s is not there', (_, signature) => {
    expect(channelBindingData(certificate(signature))).toBeUndefined()
  })

  it('is not there for bytes that are cut anywhere before the signature', () => {
    const bytes = certificate(algorithm(oid('2a8648ce3d040302')), 50)
    for (let length = 0; length < bytes.length; length++) {
      expect(channelBindingData(bytes.subarray(0, length))).toBeUndefined()
    }
  })
})
