import type * as utf8 from './utf8.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'

/** The module as a platform without Buffer sees it. */
async function withoutBuffer(): Promise<typeof utf8> {
  vi.resetModules()
  vi.stubGlobal('Buffer', undefined)
  return import('./utf8.ts')
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('UTF-8 without Buffer', () => {
  test('decodes, refuses and measures as with it', async () => {
    const { decodeUtf8, decodeUtf8Lossy, encodeUtf8, utf8Length, writeUtf8 } = await withoutBuffer()
    const text = 'ein längerer Text, 日本, 🐘'
    const bytes = encodeUtf8(text)
    expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text)
    expect(utf8Length(text)).toBe(bytes.length)
    const target = new Uint8Array(bytes.length)
    expect(writeUtf8(target, 0, text)).toBe(bytes.length)
    expect(target).toEqual(bytes)
    expect(() => decodeUtf8(Uint8Array.of(0xff), 0, 1)).toThrow(expect.objectContaining({ code: 'invalid-utf8' }))
    expect(decodeUtf8Lossy(Uint8Array.of(0xff), 0, 1)).toBe('\uFFFD')
  })
})
