import { createHash } from 'node:crypto'

/**
 * The data of `tls-server-end-point` (RFC 5929, section 4.1): a digest of the certificate, made with the hash of its own signature, and SHA-256
 * where that is MD5 or SHA-1. Undefined for a signature without one hash of its own (Ed25519, unknown ones): there is no channel binding
 * then. `certificate` is DER.
 */
export function channelBindingData(certificate: Uint8Array): Uint8Array | undefined {
  const algorithm = signatureAlgorithm(certificate)
  const hash = algorithm === undefined ? undefined : HASHES[algorithm]
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest()
}

/** The OID of a certificate's signature algorithm, as hex of its DER contents; for RSASSA-PSS followed by `/` and that of its hash. */
function signatureAlgorithm(certificate: Uint8Array): string | undefined {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { algorithm OID, parameters }, signatureValue }
  const whole = element(certificate, 0)
  const body = whole === undefined ? undefined : element(certificate, whole.start)
  const algorithm = body === undefined ? undefined : element(certificate, body.end)
  const oid = algorithm === undefined ? undefined : element(certificate, algorithm.start)
  if (whole?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || oid?.tag !== OBJECT_IDENTIFIER) return undefined
  const name = hex(certificate, oid)
  if (name !== RSASSA_PSS) return name
  // RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] SEQUENCE { algorithm OID } DEFAULT sha1, … }
  const parameters = element(certificate, oid.end)
  const tagged = parameters === undefined ? undefined : element(certificate, parameters.start)
  if (tagged?.tag !== CONTEXT_0) return undefined
  const hashAlgorithm = element(certificate, tagged.start)
  const hashOid = hashAlgorithm === undefined ? undefined : element(certificate, hashAlgorithm.start)
  return hashOid?.tag === OBJECT_IDENTIFIER ? `${name}/${hex(certificate, hashOid)}` : undefined
}

/** Where the contents of the DER element at `offset` lie; undefined when it reaches past the end. */
function element(
  bytes: Uint8Array,
  offset: number,
): { readonly tag: number; readonly start: number; readonly end: number } | undefined {
  const tag = bytes[offset]
  let length = bytes[offset + 1]
  if (tag === undefined || length === undefined) return undefined
  let start = offset + 2
  if (length >= 0x80) {
    const count = length - 0x80
    if (count < 1 || count > 3) return undefined
    length = 0
    for (let index = 0; index < count; index++) length = length * 256 + (bytes[start++] ?? 0)
  }
  const end = start + length
  return end > bytes.length ? undefined : { tag, start, end }
}

function hex(bytes: Uint8Array, range: { readonly start: number; readonly end: number }): string {
  return Buffer.from(bytes.subarray(range.start, range.end)).toString('hex')
}

const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const CONTEXT_0 = 0xa0
const RSASSA_PSS = '2a864886f70d01010a' // 1.2.840.113549.1.1.10

/** RFC 8017 appendix A.2 and RFC 5758 section 3.2: signature algorithms and the hash of each. */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  [`${RSASSA_PSS}/608648016503040201`]: 'sha256',
  [`${RSASSA_PSS}/608648016503040202`]: 'sha384',
  [`${RSASSA_PSS}/608648016503040203`]: 'sha512',
}
