import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { LoginCrypto } from '@sallyport/pg-wire'

const derive = promisify(pbkdf2)

/** Node's cryptography for logging in. Keys are derived in libuv's pool, so a high iteration count delays no other session. */
export const nodeCrypto: LoginCrypto = {
  hash: (algorithm, data) => createHash(algorithm).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  pbkdf2Sha256: (password, salt, iterations) => derive(password, salt, iterations, 32, 'sha256'),
  randomBytes: (length) => randomBytes(length),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
}
