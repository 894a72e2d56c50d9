import { createPrivateKey, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { signEd25519 } from './ed25519.ts'

test('a password of 32 bytes signs as the Ed25519 key with that seed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 64 }), (seed, message) => {
      const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
      expect(Buffer.from(signEd25519(seed, message))).toEqual(sign(null, message, key))
    }),
    { numRuns: 20, interruptAfterTimeLimit: 2000 },
  )
})

test('passwords of any length sign', () => {
  expect(signEd25519(new Uint8Array(0), Buffer.alloc(32))).toHaveLength(64)
  expect(signEd25519(Buffer.alloc(200, 1), Buffer.alloc(32))).toHaveLength(64)
})

/** RFC 8410, section 7: everything before the seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
