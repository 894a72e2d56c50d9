import { describe, expect, test } from 'vitest'
import { effects, relations, statement } from '../testdata/analyse.ts'

const maria = { flavour: 'mariadb' } as const

describe('the WHERE of a change', () => {
  test.each([
    ['DELETE FROM t', 'absent'],
    ['UPDATE t SET a = 1', 'absent'],
    ['DELETE FROM t LIMIT 10', 'absent'],
    ['DELETE FROM t /*!99999 WHERE id=1 */', 'absent'],
    ['DELETE FROM t WHERE 1', 'always-true'],
    ['DELETE FROM t WHERE true', 'always-true'],
    ["DELETE FROM t WHERE '1'", 'always-true'],
    ['DELETE FROM t WHERE 1=1', 'always-true'],
    ['DELETE FROM t WHERE 2 > 1', 'always-true'],
    ['DELETE FROM t WHERE id = id', 'always-true'],
    ['DELETE FROM t WHERE id = t.ID', 'always-true'],
    ['DELETE FROM t WHERE id <=> id', 'always-true'],
    ['DELETE FROM t WHERE 1=0 OR 1', 'always-true'],
    ['DELETE FROM t WHERE a = 1 OR TRUE', 'always-true'],
    ['DELETE FROM t WHERE a IS NULL OR a IS NOT NULL', 'always-true'],
    ['DELETE FROM t WHERE a = 1 OR a <> 1', 'always-true'],
    ['DELETE FROM t WHERE a = 1 OR NOT a = 1', 'always-true'],
    ["DELETE FROM t WHERE a LIKE '%'", 'always-true'],
    ['DELETE FROM t WHERE NOT 0', 'always-true'],
    ['DELETE FROM t WHERE rand() < 2', 'always-true'],
    ['DELETE FROM t WHERE @a', 'always-true'],
    ['DELETE FROM t WHERE EXISTS (SELECT 1)', 'always-true'],
    ['DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = 1)', 'always-true'],
    ['DELETE FROM t WHERE id IN (SELECT id FROM t)', 'always-true'],
    ['DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.id)', 'present'],
    ['DELETE FROM t WHERE 0', 'present'],
    ['DELETE FROM t WHERE id = 5', 'present'],
    ['DELETE FROM t WHERE id = ?', 'present'],
    ['UPDATE t SET a = 1 WHERE id IN (1, 2)', 'present'],
    ['DELETE a FROM a JOIN b ON a.id = b.id', 'present'],
    ['DELETE a FROM a JOIN b', 'absent'],
    ['SELECT * FROM t', 'none'],
  ])('%s is %s', (text, expected) => {
    expect(statement(text).where).toBe(expected)
  })
})

describe('the limit of a query', () => {
  test.each([
    ['SELECT * FROM t', 'absent'],
    ['SELECT * FROM t LIMIT 5', 5],
    ['SELECT * FROM t LIMIT 5, 10', 10],
    ['SELECT * FROM t LIMIT 10 OFFSET 5', 10],
    ['SELECT * FROM t LIMIT ?', 'unknown'],
    ['SELECT * FROM t LIMIT 18446744073709551615', 'absent'],
    ['SELECT * FROM (SELECT * FROM t LIMIT 5) d', 'absent'],
    ['(SELECT * FROM t LIMIT 5) UNION ALL (SELECT * FROM t LIMIT 6)', 11],
    ['SELECT 1', 1],
    ['SELECT COUNT(*) FROM t', 1],
    ['SELECT COUNT(*) FROM t GROUP BY a', 'absent'],
    ['SELECT COUNT(*) OVER () FROM t', 'absent'],
    ['VALUES ROW(1), ROW(2)', 2],
    ['TABLE t', 'absent'],
    ['DELETE FROM t', 'none'],
  ])('%s is %s', (text, expected) => {
    expect(statement(text).limit).toBe(expected)
  })

  test('MariaDB has forms of its own', () => {
    expect(statement('SELECT * FROM t OFFSET 1 ROW FETCH FIRST 3 ROWS ONLY', maria).limit).toBe(3)
    expect(statement('SELECT * FROM t ORDER BY a FETCH FIRST 3 ROWS WITH TIES', maria).limit).toBe('unknown')
    expect(statement('DELETE FROM t WHERE a = 1 RETURNING a', maria).limit).toBe('absent')
  })
})

describe('relations', () => {
  test.each([
    ['SELECT a, t.B FROM t', ['t:read(a,b)']],
    ['SELECT * FROM t', ['t:read(*)']],
    ['SELECT x.* FROM t x JOIN u ON x.id = u.id', ['t:read(*)', 'u:read(id)']],
    ['SELECT a FROM `My Schema`.`T`', ['My Schema.T:read(a)']],
    ['WITH t AS (SELECT a FROM u) SELECT a FROM t', ['u:read(a)']],
    ['WITH t AS (SELECT a FROM u) SELECT a FROM db.t', ['db.t:read(a)', 'u:read(a)']],
    ['SELECT (SELECT max(b) FROM u WHERE u.i = t.i) FROM t', ['t:read(b,i)', 'u:read(b,i)']],
    ['((SELECT a FROM t) UNION (SELECT b FROM u)) ORDER BY 1', ['t:read(a)', 'u:read(b)']],
    ['SELECT 1 FROM ((t JOIN u) JOIN ((SELECT c FROM v) d))', ['t:read()', 'u:read()', 'v:read(c)']],
    ['SELECT ((SELECT a FROM t) + 1), ((SELECT a FROM u) UNION (SELECT 1))', ['t:read(a)', 'u:read(a)']],
    ['SELECT 1 FROM t GROUP BY (SELECT MAX(ssn) FROM c)', ['c:read(ssn)', 't:read(ssn)']],
    ['SHOW COLUMNS FROM t WHERE Field = (SELECT MAX(ssn) FROM c)', ['c:read(ssn)', 't:read(*)']],
    ['CALL p((SELECT MAX(ssn) FROM c))', ['c:read(ssn)']],
    ['INSERT INTO t (a, b) SELECT c, d FROM u', ['t:write(a,b)', 'u:read(c,d)']],
    ['CREATE TABLE x AS SELECT a FROM t', ['t:read(a)', 'x:write(*)']],
    ['DROP TABLE a, b.c', ['a:write(*)', 'b.c:write(*)']],
    ['RENAME TABLE a TO b', ['a:write(*)', 'b:write(*)']],
    ['HANDLER db.t OPEN', ['db.t:read(*)']],
  ])('%s', (text, expected) => {
    expect(relations(text)).toEqual(expected)
  })

  test('the current database and lower_case_table_names decide what a name means', () => {
    expect(relations('SELECT a FROM T', { database: 'App' })).toEqual(['App.T:read(a)'])
    expect(relations('SELECT a FROM T', { database: 'App', lowerCaseTableNames: 1 })).toEqual(['app.t:read(a)'])
    expect(relations('USE b; SELECT a FROM t', { database: 'a' })).toEqual(['b.t:read(a)'])
  })

  test('a sequence that moves is written', () => {
    expect(relations('SELECT NEXT VALUE FOR db.s', maria)).toEqual(['db.s:write(*)'])
  })
})

describe('predicates', () => {
  test.each([
    ['SELECT a FROM t WHERE b = 1', [['b', 'equality']]],
    ['SELECT a FROM t WHERE b LIKE ?', [['b', 'pattern']]],
    [
      'SELECT a FROM t WHERE b > 1 AND c IN (1)',
      [
        ['b', 'comparison'],
        ['c', 'equality'],
      ],
    ],
    ['SELECT a FROM t WHERE substr(b, 1, 1) = 1', [['b', 'other']]],
    ['SELECT a AS x FROM t ORDER BY x', [['a', 'order']]],
    ['SELECT a, b FROM t ORDER BY 2', [['b', 'order']]],
    ['SELECT DISTINCT a FROM t', [['a', 'group']]],
    ['SELECT a FROM t GROUP BY b', [['b', 'group']]],
    ['SELECT a FROM t', []],
  ])('%s', (text, expected) => {
    const { predicates } = statement(text)
    expect(predicates === 'unknown' ? predicates : predicates.map(({ column, use }) => [column, use])).toEqual(expected)
  })

  test('what cannot be traced is unknown', () => {
    expect(statement('SELECT * FROM t NATURAL JOIN u').predicates).toBe('unknown')
    expect(statement('SELECT * FROM t ORDER BY 1').predicates).toBe('unknown')
  })
})

describe('the session', () => {
  test.each([
    [
      'SET autocommit=0',
      'session transaction',
      { type: 'set', name: 'autocommit', value: { literal: '0' }, local: false },
    ],
    [
      "SET @@session.sql_mode = 'ANSI'",
      'session',
      { type: 'set', name: 'sql_mode', value: { literal: 'ANSI' }, local: false },
    ],
    ['SET sql_mode = DEFAULT', 'session', { type: 'set', name: 'sql_mode', value: 'default', local: false }],
    [
      'SET max_execution_time = @a',
      'session',
      { type: 'set', name: 'max_execution_time', value: 'unknown', local: false },
    ],
    ['SET GLOBAL max_connections = 1', 'admin', undefined],
    ['SET @a = 1', 'session', undefined],
    [
      'START TRANSACTION READ WRITE',
      'session transaction',
      { type: 'set', name: 'transaction_read_only', value: { literal: 'off' }, local: true },
    ],
    [
      'SET SESSION TRANSACTION READ WRITE',
      'session transaction',
      { type: 'set', name: 'transaction_read_only', value: { literal: 'off' }, local: false },
    ],
    ['EXECUTE S1 USING @a', 'unknown', { type: 'execute', name: 's1' }],
    ['USE app', 'session', { type: 'set', name: 'database', value: { literal: 'app' }, local: false }],
  ])('%s: %s', (text, expected, change) => {
    expect([effects(text), statement(text).session]).toEqual([expected, change])
  })

  test('one SET may change several things', () => {
    expect(statement('SET NAMES utf8mb4, time_zone = "+00:00", @a = 1').session).toMatchObject({
      type: 'several',
      changes: [{ name: 'names' }, { name: 'time_zone' }],
    })
  })
})

describe('the fingerprint', () => {
  const same = (one: string, other: string): boolean => statement(one).fingerprint === statement(other).fingerprint
  test('ignores literals, spelling of keywords, space and comments', () => {
    expect(same('SELECT a FROM t WHERE b = 1', "select a  from t /* x */ where b = 'y'")).toBe(true)
    expect(same('SELECT a FROM t WHERE b IN (1, 2)', 'SELECT a FROM t WHERE b IN (1, 2, 3)')).toBe(true)
    expect(same('INSERT INTO t VALUES (1, 2)', 'INSERT INTO t VALUES (1, 2), (3, 4)')).toBe(true)
  })

  test('tells one literal from many, and one name from another', () => {
    expect(same('SELECT a FROM t WHERE b IN (1)', 'SELECT a FROM t WHERE b IN (1, 2)')).toBe(false)
    expect(same('SELECT a FROM t', 'SELECT b FROM t')).toBe(false)
    expect(same('SELECT a FROM t', 'DELETE FROM t')).toBe(false)
  })
})
