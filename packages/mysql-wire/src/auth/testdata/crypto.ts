import { constants, createHash, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto'
import type { LoginCrypto } from '../crypto.ts'

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const

/** The platform's cryptography behind the port. */
export const nodeCrypto: LoginCrypto = {
  hash: (algorithm, data) => new Uint8Array(createHash(algorithm).update(data).digest()),
  rsaEncrypt: (key, data) => new Uint8Array(publicEncrypt({ key, ...OAEP }, data)),
}

/** A server's key pair. */
export function serverKey(): { readonly publicKeyPem: string; readonly decrypt: (data: Uint8Array) => Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    decrypt: (data) => new Uint8Array(privateDecrypt({ key: privateKey, ...OAEP }, data)),
  }
}
