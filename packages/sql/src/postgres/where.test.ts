import { describe, expect, test } from 'vitest'
import { statement } from './testdata/analyse.ts'

describe('where', () => {
  test.each([
    ['SELECT 1', 'none'],
    ['INSERT INTO t VALUES (1)', 'none'],
    ['DELETE FROM t', 'absent'],
    ['UPDATE t SET a = 1', 'absent'],
    ['WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d WHERE a = 1', 'absent'],
    ['WITH d AS (DELETE FROM t WHERE a = 1 RETURNING *) DELETE FROM u', 'absent'],
    ['EXPLAIN ANALYZE DELETE FROM t', 'absent'],
    ['EXPLAIN DELETE FROM t', 'none'],
    ['PREPARE p AS DELETE FROM t', 'absent'],
    ['COPY (DELETE FROM t RETURNING a) TO STDOUT', 'absent'],
    ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE', 'present'],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE', 'always-true'],
    ['MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE THEN DELETE', 'absent'],
    ['MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (1)', 'none'],
  ])('%s: %s', (sql, expected) => {
    expect(statement(sql).where).toBe(expected)
  })

  test.each([
    'true',
    "'t'",
    "'yes'::bool",
    'CAST(1 AS bool)',
    '1 = 1',
    '1=1 AND 2=2',
    '(((1))) = 1',
    "'a' = 'a'",
    "'a' || 'b' = 'ab'",
    '1 < 2',
    '2 > 1',
    '1 + 1 = 2',
    "1 = '1'",
    '1 = 0 OR 1 = 1',
    '1=0 OR 1::bool',
    'NOT false',
    'NOT (1 = 2)',
    'NOT id <> id',
    'NOT (id IS DISTINCT FROM id)',
    'id = id',
    't.id = id',
    'id >= id',
    'id IS NOT DISTINCT FROM id',
    'id IN (1, id)',
    'id = ANY (ARRAY[id, 2])',
    'id BETWEEN id AND id',
    '(id, a) = (id, a)',
    'id = 1 OR true',
    'id = 1 OR id <> 1',
    'id = 1 OR NOT id = 1',
    'id IS NULL OR id IS NOT NULL',
    'id < 5 OR id >= 5',
    "name LIKE '%'",
    "name ILIKE '%%'",
    "name ~ ''",
    "name ~ '.*'",
    'ctid IS NOT NULL',
    'NULL IS NULL',
    'true IS TRUE',
    '(1 = 1) IS NOT FALSE',
    'COALESCE(true, a)',
    'CASE WHEN true THEN true END',
    'CASE WHEN a = 1 THEN true ELSE true END',
    '(SELECT true)',
    'EXISTS (SELECT 1)',
    'id IN (SELECT id FROM t)',
    'EXISTS (SELECT 1 FROM s WHERE s.a = 1 AND s.b > 0)',
    '$1',
    '$1 = $1',
    'random() < 2',
    "now() > '2020-01-01'",
    'current_user IS NOT NULL',
    'length(name) = length(name)',
  ])('WHERE %s chooses every row', (condition) => {
    expect(statement(`DELETE FROM t WHERE ${condition}`).where).toBe('always-true')
    expect(statement(`UPDATE t SET a = 1 WHERE ${condition}`).where).toBe('always-true')
  })

  test.each([
    'DELETE FROM t USING (SELECT 1) s WHERE t.i = t.i',
    'DELETE FROM t USING t AS u WHERE t.id = u.id',
    'DELETE FROM t USING s WHERE s.a = 1',
    'UPDATE t SET a = 1 FROM s WHERE s.b > 0',
    'UPDATE t x SET a = 1 FROM t y WHERE x.id = y.id',
  ])('%s chooses every row', (sql) => {
    expect(statement(sql).where).toBe('always-true')
  })

  test.each([
    'id = 1',
    'id = $1',
    'id <> id',
    'false',
    '1 = 2',
    'NULL',
    'id IN (1, 2)',
    'id IS NOT NULL',
    "name LIKE 'a%'",
    'id = 1 AND true',
    'id IN (SELECT id FROM s)',
    'id IN (SELECT id FROM t WHERE a = 1)',
    'EXISTS (SELECT 1 FROM s WHERE s.id = t.id)',
    'CURRENT OF c',
    'id = 1 OR id = 2',
    'active',
    'NOT active',
    'CASE WHEN a = 1 THEN true ELSE false END',
  ])('WHERE %s chooses some rows', (condition) => {
    expect(statement(`DELETE FROM t WHERE ${condition}`).where).toBe('present')
  })
})
