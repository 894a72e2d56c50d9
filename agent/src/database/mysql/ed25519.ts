import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'

/**
 * The signature of MariaDB's plug-in `ed25519`: Ed25519 whose private key is the password itself, of any length, where RFC 8032 has 32 bytes. Node
 * signs with keys of 32 bytes alone, so the steps of RFC 8032, section 5.1.6, are done here over a library's arithmetic.
 */
export function signEd25519(password: Uint8Array, message: Uint8Array): Uint8Array {
  const secret = sha512(password)
  const scalar = secret.slice(0, 32)
  scalar[0]! &= 248
  scalar[31]! &= 63
  scalar[31]! |= 64
  const a = scalarOf(scalar)
  const publicKey = ed25519.Point.BASE.multiply(a).toBytes()
  const r = scalarOf(sha512(secret.subarray(32), message))
  const commitment = ed25519.Point.BASE.multiply(r).toBytes()
  const k = scalarOf(sha512(commitment, publicKey, message))
  const s = ed25519.Point.Fn.create(r + k * a)
  return Buffer.concat([commitment, ed25519.Point.Fn.toBytes(s)])
}

/** Little endian, modulo the order of the group. */
function scalarOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex')
  return ed25519.Point.Fn.create(BigInt(`0x${hex}`))
}

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
