import { constants, createHash, publicEncrypt } from 'node:crypto'
import type { LoginCrypto } from '@sallyport/mysql-wire'
import { signEd25519 } from './ed25519.ts'

/** Node's cryptography for logging in. */
export const nodeCrypto: LoginCrypto = {
  hash: (algorithm, data) => createHash(algorithm).update(data).digest(),
  rsaEncrypt: (key, data) => publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, data),
  ed25519: signEd25519,
}
