import { chmodSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSigningKey, readSigningKey, signatureCheck } from './keys.ts'
import { newDirectory } from './testdata/setup.ts'

test('a signature is valid for its text and its key alone', () => {
  const key = createSigningKey(join(newDirectory(), 'a.key'))
  const other = createSigningKey(join(newDirectory(), 'b.key'))
  const check = signatureCheck([key.publicKeyPem])
  const signature = key.sign('text')
  expect(check.verify(key.keyId, 'text', signature)).toBe('valid')
  expect(check.verify(key.keyId, 'text ', signature)).toBe('invalid')
  expect(check.verify(key.keyId, 'text', other.sign('text'))).toBe('invalid')
  expect(check.verify(other.keyId, 'text', other.sign('text'))).toBe('unknown-key')
})

test('a signature has one spelling', () => {
  const key = createSigningKey(join(newDirectory(), 'a.key'))
  const check = signatureCheck([key.publicKeyPem])
  const signature = key.sign('text')
  for (const spelling of [`${signature}\n`, signature.replace(/=+$/, ''), ` ${signature}`, '', 'AAAA']) {
    expect(check.verify(key.keyId, 'text', spelling)).toBe('invalid')
  }
})

test('a key file is never written over', () => {
  const path = join(newDirectory(), 'a.key')
  const key = createSigningKey(path)
  expect(() => createSigningKey(path)).toThrow(expect.objectContaining({ code: 'key', systemCode: 'EEXIST' }))
  expect(readSigningKey(path).keyId).toBe(key.keyId)
})

test('a key that others may read, that is of another kind, or that is none, is refused', () => {
  const path = join(newDirectory(), 'a.key')
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key', systemCode: 'ENOENT' }))
  createSigningKey(path)
  chmodSync(path, 0o640)
  expect(() => readSigningKey(path)).toThrow(/chmod 600/)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(path, rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  chmodSync(path, 0o600)
  expect(() => readSigningKey(path)).toThrow(/no Ed25519 key/)
  writeFileSync(path, 'no key')
  expect(() => readSigningKey(path)).toThrow(expect.objectContaining({ code: 'key' }))
  expect(() => signatureCheck([rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()])).toThrow(
    /not Ed25519/,
  )
  expect(() => signatureCheck(['no key'])).toThrow(/not in PEM/)
})
