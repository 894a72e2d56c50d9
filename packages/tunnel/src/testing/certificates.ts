import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

// X.509 certificates for tests, in DER by hand, so that no tool has to be on the machine. RFC 5280, X.690.

export interface Certificate {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface Authority extends Certificate {
  /** Signs a certificate for that common name, good for 127.0.0.1 and localhost. */
  readonly issue: (commonName: string) => Certificate
}

/** A certificate authority of its own, for an hour. */
export function createAuthority(commonName: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = certificate({
    subject: commonName,
    issuer: commonName,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    authority: true,
  })
  return {
    ...own,
    key: privatePem(keys.privateKey),
    issue: (subject) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const leaf = certificate({ subject, issuer: commonName, publicKey, signer: keys.privateKey, authority: false })
      return { ...leaf, key: privatePem(privateKey) }
    },
  }
}

interface Contents {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly authority: boolean
}

function certificate({ subject, issuer, publicKey, signer, authority }: Contents): { readonly cert: string } {
  const names = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Buffer.from([127, 0, 0, 1])))
  const extensions = authority
    ? sequence(extension(BASIC_CONSTRAINTS, sequence(TRUE), true))
    : sequence(extension(SUBJECT_ALT_NAME, names, false))
  const serial = randomBytes(8)
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40 // positive, and no superfluous zero in front
  const body = sequence(
    tagged(0xa0, integer(2)), // version 3
    tagged(0x02, serial),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(time(-60_000), time(3_600_000)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  )
  const signature = sign('sha256', body, signer)
  const der = sequence(body, ECDSA_WITH_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const base64 = der.toString('base64').replace(/.{64}/g, '$&\n')
  return { cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n` }
}

const privatePem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts))
const integer = (value: number): Buffer => tagged(0x02, Buffer.from([value]))
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'))
const name = (commonName: string): Buffer =>
  sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(commonName)))))

function extension(id: Buffer, value: Uint8Array, critical: boolean): Buffer {
  return sequence(id, ...(critical ? [TRUE] : []), tagged(0x04, value))
}

function time(fromNowMs: number): Buffer {
  const iso = new Date(Date.now() + fromNowMs).toISOString() // 2030-01-02T03:04:05.678Z
  return tagged(0x17, Buffer.from(`${iso.slice(2, 19).replaceAll(/[-T:]/g, '')}Z`))
}

const TRUE = Buffer.from([0x01, 0x01, 0xff])
const BASIC_CONSTRAINTS = oid('551d13')
const SUBJECT_ALT_NAME = oid('551d11')
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))
