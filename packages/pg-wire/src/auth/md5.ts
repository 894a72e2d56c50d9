import { encodeUtf8 } from '@sallyport/bytes'
import type { LoginCrypto } from './crypto.ts'

/** The answer to AuthenticationMD5Password: `md5` and the digest of (digest of password and user) and salt. Spec: protocol-flow, "Start-up". */
export function md5Response(user: string, password: string, salt: Uint8Array, crypto: LoginCrypto): string {
  const inner = hex(crypto.hash('md5', encodeUtf8(password + user)))
  const salted = new Uint8Array(inner.length + salt.length)
  salted.set(encodeUtf8(inner))
  salted.set(salt, inner.length)
  return `md5${hex(crypto.hash('md5', salted))}`
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
