import { describe, expect, test } from 'vitest'
import { loadPostgres } from './analyser.ts'
import { DEFAULT_POSTGRES_SETTINGS } from './settings.ts'

const postgres = await loadPostgres()
const failure = (text: string): string | undefined => {
  const analysis = postgres.analyse(text, DEFAULT_POSTGRES_SETTINGS)
  return analysis.ok ? undefined : analysis.failure.code
}

describe('a value that the server would build before any time limit looks', () => {
  test.each([
    "SELECT repeat(repeat(repeat('x', 1000), 1000), 1000)",
    "SELECT repeat('x', 10000 * 10000)",
    "SELECT lpad('x', 500000000)",
    "SELECT rpad('x', 500000000, 'ab')",
    "SELECT repeat(md5('a'), 10000000)",
    "SELECT repeat('ab', 1500000) || repeat('cd', 1500000)",
    "SELECT repeat('x', 3e8::int), 1",
    "SELECT repeat('x', CAST('300000000' AS integer))",
    "SELECT repeat('x', 1 << 28)",
    "SELECT repeat('x', length('a') * 100000000)",
    "SELECT upper(repeat(lower(repeat('x', 1000000000)), 1))",
    'SELECT array_fill(1, ARRAY[10000, 10000])',
    "SELECT array_fill(1, '{10000,10000}'::int[])",
    "SELECT format('%1000000000s', 'x')",
    "SELECT format('%*s', 1000000000, 'x')",
    "SELECT pg_catalog.repeat('x', 1000000000) FROM t WHERE a = 1",
    "EXPLAIN SELECT repeat('x', 1000000000)",
    "PREPARE p AS SELECT repeat('x', 1000000000)",
  ])('is refused: %s', (text) => {
    expect(failure(text)).toBe('too-large')
  })

  test.each([
    "SELECT repeat('-', 80), repeat(chr(45), 80), lpad('7', 3, '0'), rpad(name, 30) FROM t",
    "SELECT repeat(' ', 20 - length(name)) FROM t",
    "SELECT repeat('x', $1), lpad(a, $2::int) FROM t",
    "SELECT repeat('ab', (SELECT max(n) FROM t))",
    'SELECT array_fill(1, array[[1, 2], [3, 4]])',
    "SELECT repeat('x', NULL), repeat('x', -5), array_fill(0, ARRAY[3, 3]), format('%10s|%-10s', a, b) FROM t",
  ])('is no concern: %s', (text) => {
    expect(failure(text)).toBeUndefined()
  })

  test('is found in bounded time', () => {
    const begun = performance.now()
    expect(failure(`SELECT ${"repeat('x', ".repeat(200)}${'1,'.repeat(3000)}1${')'.repeat(200)}`)).toBeDefined()
    expect(failure(`SELECT ${'repeat('.repeat(300)}'x'${', 1)'.repeat(300)}`)).toBeUndefined()
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
