import { constants, generateKeyPair, privateDecrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { StartupOptions } from '@sallyport/mysql-wire'

/** A key under which MySQL clients send their passwords without TLS (`caching_sha2_password`), new with each start; loopback alone takes them. */
export async function passwordKey(): Promise<NonNullable<StartupOptions['rsa']>> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    decrypt: (data) => privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, data),
  }
}
