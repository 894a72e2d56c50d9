import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { SignatureCheck, Signer } from '@sallyport/audit'
import { AuditFileError } from './errors.ts'

/** The key that signs checkpoints; the private half never leaves the closure. */
export interface SigningKey extends Signer {
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKeyPem: string
}

/** Makes an Ed25519 key, and writes it to a new file that only its owner may read (PKCS #8, PEM). Throws AuditFileError `key`. */
export function createSigningKey(path: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new AuditFileError('key', `cannot write a signing key to ${path}`, cause)
  }
  return signingKey(privateKey)
}

/** Reads a key that `createSigningKey` or `openssl genpkey -algorithm ed25519` wrote. Throws AuditFileError `key`. */
export function readSigningKey(path: string): SigningKey {
  let key: KeyObject
  try {
    const file = openSync(path, 'r')
    try {
      if ((fstatSync(file).mode & 0o077) !== 0 && process.platform !== 'win32') {
        throw new AuditFileError('key', `${path} may be read by others than its owner: chmod 600 it`)
      }
      key = createPrivateKey(readFileSync(file))
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    if (cause instanceof AuditFileError) throw cause
    throw new AuditFileError('key', `cannot read a signing key from ${path}`, cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new AuditFileError('key', `${path} is no Ed25519 key`)
  return signingKey(key)
}

/** Trusts the Ed25519 public keys of these PEM texts, and no other. Throws AuditFileError `key`. */
export function signatureCheck(publicKeyPems: readonly string[]): SignatureCheck {
  const keys = new Map<string, KeyObject>()
  for (const pem of publicKeyPems) {
    const key = publicKey(pem)
    keys.set(keyIdOf(key), key)
  }
  return {
    verify: (keyId, text, signature) => {
      const key = keys.get(keyId)
      if (key === undefined) return 'unknown-key'
      const bytes = Buffer.from(signature, 'base64')
      // Node's base64 decoder skips what it does not know, so only the very text that a signer writes may pass.
      if (bytes.toString('base64') !== signature) return 'invalid'
      return verify(null, Buffer.from(text), key, bytes) ? 'valid' : 'invalid'
    },
  }
}

function publicKey(pem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw new AuditFileError('key', 'a public key of the audit log is not in PEM', cause)
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new AuditFileError('key', 'a public key of the audit log is not Ed25519')
  return key
}

function signingKey(privateKey: KeyObject): SigningKey {
  const half = createPublicKey(privateKey)
  return {
    keyId: keyIdOf(half),
    publicKeyPem: half.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  }
}

function keyIdOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
