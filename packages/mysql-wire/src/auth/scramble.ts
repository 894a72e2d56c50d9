/** What the plug-ins send instead of a password. Spec: page_protocol_connection_phase_authentication_methods. */
import { encodeUtf8 } from '@sallyport/bytes'
import type { LoginCrypto } from './crypto.ts'

/** mysql_native_password: SHA1(password) XOR SHA1(nonce, SHA1(SHA1(password))), where the outer is one hash of both. */
export function nativePassword(password: string, nonce: Uint8Array, crypto: LoginCrypto): Uint8Array {
  if (password === '') return EMPTY
  const first = crypto.hash('sha1', encodeUtf8(password))
  return xor(first, crypto.hash('sha1', concat(nonce, crypto.hash('sha1', first))))
}

/** caching_sha2_password, its fast half: SHA256(password) XOR SHA256(SHA256(SHA256(password)), nonce), where the last is one hash of both. */
export function cachingSha2Password(password: string, nonce: Uint8Array, crypto: LoginCrypto): Uint8Array {
  if (password === '') return EMPTY
  const first = crypto.hash('sha256', encodeUtf8(password))
  return xor(first, crypto.hash('sha256', concat(crypto.hash('sha256', first), nonce)))
}

/** The password itself and a NUL: over TLS alone. */
export function clearPassword(password: string): Uint8Array {
  return concat(encodeUtf8(password), NUL)
}

/** The password, its NUL, and the nonce over both again and again, for a server's RSA key. */
export function rsaPassword(
  password: string,
  nonce: Uint8Array,
  publicKeyPem: string,
  crypto: LoginCrypto,
): Uint8Array {
  return crypto.rsaEncrypt(publicKeyPem, mix(clearPassword(password), nonce))
}

/** XOR with the nonce, repeated; the same both ways. */
export function mix(bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ (nonce[index % nonce.length] ?? 0))
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ (b[index] ?? 0))
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

const EMPTY = new Uint8Array(0)
const NUL = Uint8Array.of(0)
