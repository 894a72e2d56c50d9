import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A certificate and its private key, as PEM texts. */
export interface Credential {
  readonly cert: string
  readonly key: string
}

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string
  /** Names and IPv4 addresses for subjectAltName; none for a client. */
  readonly hosts?: readonly string[]
  readonly use?: 'server' | 'client'
  readonly keyType?: KeyType
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A certificate authority for one test: `cert` is what its peers trust. */
export interface Authority {
  readonly cert: string
  issue(request: CertificateRequest): Credential
}

export type KeyType = 'ec' | 'rsa'

/** Makes a self-signed authority. Nothing outside node:crypto is needed. */
export function createAuthority(commonName = 'Sallyport test authority', keyType: KeyType = 'ec'): Authority {
  const { privateKey, publicKey } = keyPair(keyType)
  const subject = { commonName, privateKey, publicKey }
  const constraints = [
    extension('2.5.29.19', sequence(boolean(true)), true), // basicConstraints: a CA
    extension('2.5.29.15', tlv(0x03, Buffer.of(1, 0b0000_0110)), true), // keyUsage: keyCertSign, cRLSign
  ]
  return {
    cert: certificate({ commonName, publicKey }, subject, constraints, {}),
    issue: (request) => {
      const keys = keyPair(request.keyType ?? 'ec')
      const use = request.use ?? 'server'
      const extensions = [
        extension('2.5.29.19', sequence(), true),
        extension('2.5.29.15', tlv(0x03, Buffer.of(7, 0b1000_0000)), true), // digitalSignature
        extension('2.5.29.37', sequence(oid(use === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'))),
      ]
      const hosts = request.hosts ?? (use === 'server' ? ['localhost', '127.0.0.1'] : [])
      if (hosts.length > 0) extensions.push(extension('2.5.29.17', sequence(...hosts.map(generalName))))
      return {
        cert: certificate({ commonName: request.commonName, publicKey: keys.publicKey }, subject, extensions, request),
        key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

interface Subject {
  readonly commonName: string
  readonly publicKey: KeyObject
}

interface Issuer extends Subject {
  readonly privateKey: KeyObject
}

/** RFC 5280, section 4.1. */
function certificate(
  subject: Subject,
  issuer: Issuer,
  extensions: readonly Buffer[],
  validity: { readonly notBefore?: Date; readonly notAfter?: Date },
): string {
  const algorithm =
    issuer.privateKey.asymmetricKeyType === 'ec'
      ? sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
      : sequence(oid('1.2.840.113549.1.1.11'), tlv(0x05)) // sha256WithRSAEncryption
  const now = Date.now()
  const body = sequence(
    tlv(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    algorithm,
    name(issuer.commonName),
    sequence(
      time(validity.notBefore ?? new Date(now - DAY_MS)),
      time(validity.notAfter ?? new Date(now + 30 * DAY_MS)),
    ),
    name(subject.commonName),
    spki(subject.publicKey),
    tlv(
      0xa3,
      sequence(
        ...extensions,
        extension('2.5.29.14', tlv(0x04, keyId(subject.publicKey))),
        extension('2.5.29.35', sequence(tlv(0x80, keyId(issuer.publicKey)))),
      ),
    ),
  )
  const signature = sign('sha256', body, issuer.privateKey)
  const der = sequence(body, algorithm, tlv(0x03, Buffer.of(0), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function keyPair(type: KeyType): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function spki(key: KeyObject): Buffer {
  return createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'der' })
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest()
}

function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(commonName)))))
}

function generalName(host: string): Buffer {
  const octets = host.split('.').map(Number)
  const isAddress = octets.length === 4 && octets.every((octet) => Number.isInteger(octet))
  return isAddress ? tlv(0x87, Buffer.from(octets)) : tlv(0x82, Buffer.from(host, 'latin1'))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value))
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const digits = [part & 0x7f]
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return tlv(0x06, Buffer.from(bytes))
}

/** UTCTime: two digits of year, right until 2049. */
function time(at: Date): Buffer {
  const digits = at
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2)
  return tlv(0x17, Buffer.from(digits, 'latin1'))
}

function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.of(value ? 0xff : 0))
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes)
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts)
}

/** Tag, length, value: X.690, section 8.1. */
function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const length = value.length
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, Math.floor(length / 0x100), length % 0x100]
  return Buffer.concat([Buffer.from(head), value])
}

const DAY_MS = 24 * 60 * 60 * 1000
