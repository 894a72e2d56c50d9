import { describe, expect, test } from 'vitest'
import { statement } from './testdata/analyse.ts'

const fingerprint = (sql: string): string => statement(sql).fingerprint

describe('fingerprint', () => {
  test('literals, parameters, spelling and comments do not matter', () => {
    const one = fingerprint("SELECT a FROM t WHERE b = 1 AND c = 'x'")
    expect(one).toMatch(/^[0-9a-f]{16}$/)
    for (const sql of [
      "select  A from T where B = 2 and C = 'other'",
      'SELECT a /* why */ FROM t WHERE b = $1 AND c = $2 -- so',
      "SELECT a FROM t WHERE b = NULL AND c = E'\\n'",
    ]) {
      expect(fingerprint(sql)).toBe(one)
    }
  })

  test('the number of literals in a list does not matter', () => {
    expect(fingerprint('SELECT 1 FROM t WHERE a IN (1, 2)')).toBe(
      fingerprint('SELECT 1 FROM t WHERE a IN (1, 2, 3, 4)'),
    )
    expect(fingerprint('INSERT INTO t VALUES (1, 2)')).toBe(fingerprint('INSERT INTO t VALUES (1, 2), (3, 4)'))
  })

  test('names, operators, functions and structure do', () => {
    const texts = [
      'SELECT a FROM t WHERE b = 1',
      'SELECT a FROM t WHERE b < 1',
      'SELECT a FROM t WHERE c = 1',
      'SELECT a FROM u WHERE b = 1',
      'SELECT a FROM t',
      'SELECT a FROM t LIMIT 1',
      'SELECT b FROM t WHERE a = 1',
      'SELECT lower(a) FROM t WHERE b = 1',
      'SELECT a FROM t WHERE b = 1 FOR UPDATE',
      'DELETE FROM t WHERE b = 1',
      'SELECT a FROM t WHERE b IN (1)',
      'SELECT a, a FROM t WHERE b = 1',
    ]
    expect(new Set(texts.map((text) => fingerprint(text))).size).toBe(texts.length)
  })
})
