import { describe, expect, test } from 'vitest'
import { loadMysql } from './analyser.ts'
import type { MysqlPlanning } from './planning.ts'
import { settingsOf } from './testdata/analyse.ts'

const analyser = loadMysql()

function planning(text: string, flavour: 'mysql' | 'mariadb' = 'mysql'): MysqlPlanning {
  const [first] = analyser.details(text, settingsOf({ flavour })) ?? []
  if (first === undefined) throw new Error(`not read: ${text}`)
  return first.planning
}

describe('a query inside that gives one row at most', () => {
  test.each([
    'SELECT * FROM t WHERE id = (SELECT max(id) FROM u)',
    'SELECT * FROM t WHERE id = (SELECT 1 + coalesce(max(id), 0) FROM u)',
    'SELECT * FROM t WHERE id = (SELECT 1 FROM u HAVING count(*) > 1)',
    'SELECT * FROM (SELECT count(*) FROM u) q',
    'SELECT * FROM (SELECT id FROM u ORDER BY id LIMIT 1) q',
    'SELECT * FROM (SELECT id FROM u LIMIT 0) q',
    'SELECT * FROM (SELECT id FROM u LIMIT ?) q',
    'SELECT * FROM (TABLE u LIMIT 1) q',
    'SELECT * FROM ((SELECT count(*) FROM u)) q',
    'SELECT * FROM (SELECT count(*) FROM u EXCEPT SELECT 2) q',
    'WITH q AS (SELECT count(*) FROM u) SELECT * FROM q',
    'SELECT 1 UNION SELECT a FROM t WHERE a = (SELECT count(*) FROM u)',
    'UPDATE t SET a = (SELECT count(*) FROM u)',
    'DELETE FROM t WHERE a = (SELECT min(a) FROM u)',
    'INSERT INTO t VALUES ((SELECT count(*) FROM u))',
    'INSERT INTO t SELECT a FROM u WHERE a = (SELECT count(*) FROM u)',
    'EXPLAIN ANALYZE SELECT * FROM (SELECT count(*) FROM u) q',
    'SELECT * FROM t WHERE a IN (SELECT a FROM (SELECT max(b) a FROM u) q)',
  ])('is found: %s', (text) => {
    expect(planning(text).inner).toBe('one-row')
  })

  test.each([
    'SELECT count(*) FROM t',
    'SELECT * FROM t LIMIT 1',
    '(SELECT count(*) FROM t) UNION ALL (SELECT count(*) FROM u)',
    'INSERT INTO t SELECT count(*) FROM u',
    'SELECT * FROM t WHERE a = (SELECT 1)',
    'SELECT * FROM t WHERE a IN (SELECT a FROM u)',
    'SELECT * FROM (SELECT a, count(*) FROM u GROUP BY a) q',
    'SELECT * FROM (SELECT a FROM u LIMIT 2) q',
    'SELECT * FROM (SELECT count(*) FROM u UNION SELECT count(*) FROM v) q',
    'SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)',
    'SELECT * FROM (SELECT row_number() OVER () FROM u GROUP BY a) q',
    'SELECT * FROM (VALUES ROW(1)) q',
  ])('is not: %s', (text) => {
    expect(planning(text).inner).toBeUndefined()
  })
})

describe('where reading stops', () => {
  test.each<[string, number | undefined]>([
    ['SELECT * FROM t LIMIT 10', 10],
    ['SELECT * FROM t LIMIT 10 OFFSET 5', 15],
    ['SELECT * FROM t LIMIT 5, 10', 15],
    ['TABLE t LIMIT 3', 3],
    ['SELECT * FROM t LIMIT ?', undefined],
    ['SELECT * FROM t LIMIT 10 OFFSET ?', undefined],
    ['SELECT * FROM t LIMIT 99999999999999999999', undefined],
    ['SELECT DISTINCT a FROM t LIMIT 10', undefined],
    ['SELECT count(*) FROM t LIMIT 10', undefined],
    ['SELECT sum(a) OVER () FROM t LIMIT 10', undefined],
    ['SELECT a FROM t GROUP BY a LIMIT 10', undefined],
    ['SELECT a FROM t UNION SELECT a FROM u LIMIT 10', undefined],
    ['(SELECT a FROM t) LIMIT 10', undefined],
    ['DELETE FROM t LIMIT 10', undefined],
  ])('of %s', (text, expected) => {
    expect(planning(text).wanted).toBe(expected)
  })
})

test('an EXPLAIN says whether it runs what it explains', () => {
  expect(planning('EXPLAIN SELECT 1').explains).toBe('plan')
  expect(planning('DESC SELECT 1').explains).toBe('plan')
  expect(planning('EXPLAIN FOR CONNECTION 7').explains).toBe('plan')
  expect(planning('EXPLAIN ANALYZE SELECT 1').explains).toBe('run')
  expect(planning('ANALYZE FORMAT=JSON SELECT 1', 'mariadb').explains).toBe('run')
  expect(planning('SELECT 1').explains).toBeUndefined()
})

describe('a statement that reads', () => {
  test.each([
    'SELECT a FROM t',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 1 FROM n a, n b',
    'INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
    'INSERT INTO t VALUES ((SELECT a FROM u))',
    'TABLE t',
    'UPDATE t SET a = 1',
  ])('is told: %s', (text) => {
    expect(planning(text).reads).toBe(true)
  })

  test.each(['SELECT 1, f(2)', 'SELECT 1 UNION SELECT 2', 'INSERT INTO t VALUES (1), (2)', 'INSERT INTO t SELECT 1'])(
    'from one that does not: %s',
    (text) => {
      expect(planning(text).reads).toBe(false)
    },
  )
})
