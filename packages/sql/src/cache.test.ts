import type { Analysis } from '@sallyport/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatementCache } from './cache.ts'

const empty: Analysis = { ok: true, statements: [] }
const refused = (code: 'syntax' | 'too-slow'): Analysis => ({
  ok: false,
  failure: { code, message: '', position: undefined },
})

/** Has the text come before, and keeps it. */
const keep = (cache: StatementCache, settingsKey: string, text: string, analysis: Analysis): void => {
  cache.keep(settingsKey, text, analysis)
  cache.keep(settingsKey, text, analysis)
}

describe('StatementCache', () => {
  test('a short text is kept when it comes the second time, a long one at once', () => {
    const cache = new StatementCache()
    cache.keep('k', 'SELECT 1', empty)
    expect(cache.find('k', 'SELECT 1')).toBeUndefined()
    cache.keep('k', 'SELECT 1', empty)
    expect(cache.find('k', 'SELECT 1')).toBe(empty)
    const long = `SELECT ${'1 + '.repeat(300)}1`
    cache.keep('k', long, empty)
    expect(cache.find('k', long)).toBe(empty)
  })

  test('finds what was kept under the same text and settings, and nothing else', () => {
    const cache = new StatementCache()
    keep(cache, 'k', 'SELECT 1', empty)
    expect(cache.find('k', 'SELECT 1')).toBe(empty)
    expect(cache.find('l', 'SELECT 1')).toBeUndefined()
    expect(cache.find('k', 'SELECT 2')).toBeUndefined()
    expect(cache.find('kS', 'ELECT 1')).toBeUndefined()
  })

  test('settings that come and go leave nothing wrong and nothing growing behind', () => {
    const cache = new StatementCache()
    for (let version = 0; version < 3000; version += 1) {
      keep(cache, `k${String(version)}`, 'a', version % 2 === 0 ? empty : refused('syntax'))
      expect(cache.find(`k${String(version)}`, 'a')?.ok).toBe(version % 2 === 0)
    }
    expect(cache.size).toBeLessThanOrEqual(1000)
  })

  test('the least recently used entry leaves first', () => {
    const cache = new StatementCache({ maxEntries: 2 })
    keep(cache, 'k', 'a', empty)
    keep(cache, 'k', 'b', empty)
    cache.find('k', 'a')
    keep(cache, 'k', 'c', empty)
    expect([cache.find('k', 'a'), cache.find('k', 'b'), cache.find('k', 'c')]).toEqual([empty, undefined, empty])
  })

  test('a refusal is kept, one for lack of time is not', () => {
    const cache = new StatementCache()
    keep(cache, 'k', 'a', refused('syntax'))
    keep(cache, 'k', 'b', refused('too-slow'))
    expect(cache.find('k', 'a')).toMatchObject({ ok: false })
    expect(cache.find('k', 'b')).toBeUndefined()
  })

  test('an entry larger than the cache is not kept', () => {
    const cache = new StatementCache({ maxBytes: 10_000 })
    keep(cache, 'k', 'a'.repeat(10_000), empty)
    expect([cache.size, cache.bytes]).toEqual([0, 0])
  })

  test('clearing leaves nothing', () => {
    const cache = new StatementCache()
    keep(cache, 'k', 'a', empty)
    cache.clear()
    expect([cache.size, cache.bytes, cache.find('k', 'a')]).toEqual([0, 0, undefined])
  })

  test('whatever is kept, in whatever order, both bounds hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('k', 'l'), fc.string({ maxLength: 2000 }))), (entries) => {
        const cache = new StatementCache({ maxEntries: 5, maxBytes: 8000 })
        for (const [key, text] of entries) {
          keep(cache, key, text, empty)
          expect(cache.size).toBeLessThanOrEqual(5)
          expect(cache.bytes).toBeLessThanOrEqual(8000)
          expect(cache.bytes > 0).toBe(cache.size > 0)
        }
      }),
      { numRuns: 200, interruptAfterTimeLimit: 2000 },
    )
  })
})
