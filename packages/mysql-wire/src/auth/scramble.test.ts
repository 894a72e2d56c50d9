import { expect, test } from 'vitest'
import { cachingSha2Password, clearPassword, mix, nativePassword } from './scramble.ts'
import { nodeCrypto } from './testdata/crypto.ts'

const NONCE = Uint8Array.from({ length: 20 }, (_, index) => index + 65)
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

// Known answers are those of mysql2 for the same password and nonce; servers take them.
test('the hash of mysql_native_password is the one that servers check', () => {
  expect(hex(nativePassword('secret', NONCE, nodeCrypto))).toBe('28441590674285e7d03cae7af237504797f70e91')
})

test('the hash of caching_sha2_password is the one that servers check', () => {
  expect(hex(cachingSha2Password('secret', NONCE, nodeCrypto))).toBe(
    'd721e183c1f036a196c1389201b8d53f38064a16f1d0923683ab886763152d75',
  )
})

test('a password in the clear ends in a NUL, and is mixed with the nonce and back', () => {
  const clear = clearPassword('a password that is longer than its nonce')
  expect(clear.at(-1)).toBe(0)
  expect(mix(mix(clear, NONCE), NONCE)).toEqual(clear)
  expect(mix(clear, NONCE)).not.toEqual(clear)
})
