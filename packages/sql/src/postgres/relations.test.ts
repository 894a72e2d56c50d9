import { describe, expect, test } from 'vitest'
import { relations, statement } from './testdata/analyse.ts'

describe('relations', () => {
  test.each<[string, readonly string[]]>([
    ['SELECT a FROM t', ['t:read(a)']],
    ['SELECT * FROM s.t', ['s.t:read(*)']],
    ['SELECT count(*) FROM t', ['t:read()']],
    ['SELECT t FROM t', ['t:read(*)']],
    ['SELECT (t).a FROM t', ['t:read(*)']],
    ['SELECT to_jsonb(p) FROM people p', ['people:read(*)']],
    ['SELECT x.a FROM t x WHERE x.b = 1 ORDER BY x.c', ['t:read(a,b,c)']],
    ['SELECT a AS b FROM t ORDER BY b', ['t:read(a)']],
    ['SELECT x.a, y.b FROM t x JOIN u y ON x.i = y.j', ['t:read(a,i)', 'u:read(b,j)']],
    ['SELECT a FROM t JOIN u USING (id)', ['t:read(a,id)', 'u:read(a,id)']],
    ['SELECT t.a FROM t NATURAL JOIN u', ['t:read(*)', 'u:read(*)']],
    ['SELECT j.a FROM (t JOIN u ON true) j', ['t:read(a)', 'u:read(a)']],
    ['SELECT name FROM people p(id, a, b, name)', ['people:read(*)']],
    ['SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.i = t.i)', ['t:read(i)', 'u:read(i)']],
    ['SELECT x.a FROM t x, LATERAL (SELECT u.b FROM u WHERE u.i = x.i) y', ['t:read(a,i)', 'u:read(b,i)']],
    ['SELECT s.t.a FROM s.t', ['s.t:read(a)']],
    ['TABLE t', ['t:read(*)']],
    ['VALUES ((SELECT max(a) FROM t))', ['t:read(a)']],
    ['SELECT a FROM t UNION SELECT b FROM u', ['t:read(a)', 'u:read(b)']],
    ['SELECT * FROM ONLY t', ['t:read(*)']],
    ['SELECT a FROM t *', ['t:read(a)']],
    ['SELECT 1 FROM t FOR UPDATE OF t', ['t:read()']],
    ['SELECT * INTO n FROM t', ['n:write(*)', 't:read(*)']],
    ['INSERT INTO t (a, b) VALUES (1, 2)', ['t:write(a,b)']],
    ['INSERT INTO t SELECT x FROM u', ['t:write(*)', 'u:read(x)']],
    ['INSERT INTO t (a) VALUES (1) RETURNING b', ['t:read(b)', 't:write(a)']],
    ['INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET c = excluded.b', ['t:read(b)', 't:write(a,c)']],
    ['UPDATE t SET a = 1', ['t:write(a)']],
    ['UPDATE t SET a = b WHERE c = 1', ['t:read(b,c)', 't:write(a)']],
    ['UPDATE t SET (a, b) = (SELECT x, y FROM u)', ['t:read(x,y)', 't:write(a,b)', 'u:read(x,y)']],
    ['DELETE FROM t', ['t:write(*)']],
    ['DELETE FROM t USING u WHERE t.i = u.i RETURNING old.a', ['t:read(a,i)', 't:write(*)', 'u:read(i)']],
    [
      'MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE SET a = s.b',
      ['s:read(b,i)', 't:read(i)', 't:write(a)'],
    ],
    ['COPY t (a) TO STDOUT', ['t:read(a)']],
    ['COPY t FROM STDIN', ['t:write(*)']],
    ['EXPLAIN DELETE FROM t', ['t:read(*)']],
    ['DROP TABLE s.t, u', ['s.t:write(*)', 'u:write(*)']],
    ['DROP TRIGGER g ON s.t', ['s.t:write(*)']],
    ["COMMENT ON COLUMN s.t.a IS ''", ['s.t:write(*)']],
    ['ALTER TABLE s.t ADD COLUMN a int', ['s.t:write(*)']],
    ['TRUNCATE t, u', ['t:write(*)', 'u:write(*)']],
    ['CREATE VIEW v AS SELECT a FROM t', ['t:read(a)', 'v:write(*)']],
    ['CREATE TABLE n AS SELECT a FROM t', ['n:write(*)', 't:read(a)']],
    ['GRANT SELECT ON s.t TO x', ['s.t:write(*)']],
    ['LOCK TABLE t', ['t:read()']],
  ])('%s touches %j', (sql, expected) => {
    expect(relations(sql)).toEqual(expected)
  })

  test.each<[string, string, readonly string[]]>([
    ['a name of WITH is no relation', 'WITH c AS (SELECT a FROM t) SELECT * FROM c', ['t:read(a)']],
    ['a qualified name is one', 'WITH c AS (SELECT 1) SELECT * FROM s.c', ['s.c:read(*)']],
    ['an expression sees those before it', 'WITH c AS (SELECT 1), d AS (SELECT * FROM c) TABLE d', []],
    ['but not those after it', 'WITH d AS (SELECT * FROM c), c AS (SELECT 1) TABLE d', ['c:read(*)']],
    ['nor itself', 'WITH c AS (SELECT * FROM c) TABLE c', ['c:read(*)']],
    [
      'with RECURSIVE it sees all',
      'WITH RECURSIVE d AS (SELECT * FROM c), c AS (SELECT 1 UNION SELECT 1 FROM c) TABLE d',
      [],
    ],
    ['subqueries see outer names', 'WITH c AS (SELECT 1) SELECT (SELECT 1 FROM c), 2 WHERE EXISTS (TABLE c)', []],
    ['names of a subquery end with it', 'SELECT * FROM (WITH c AS (SELECT 1) TABLE c) x, c', ['c:read(*)']],
    ['names of one arm end with it', '(WITH c AS (SELECT 1) TABLE c) UNION TABLE c', ['c:read(*)']],
    ['names of the whole union reach both arms', 'WITH c AS (SELECT 1) TABLE c UNION TABLE c', []],
    ['the target of a change is never one', 'WITH t AS (SELECT 1) DELETE FROM t', ['t:write(*)']],
    [
      'a changing expression is no relation',
      'WITH d AS (DELETE FROM t RETURNING a) INSERT INTO u SELECT a FROM d',
      ['t:read(a)', 't:write(*)', 'u:write(*)'],
    ],
    ['names of INSERT reach its query', 'WITH c AS (SELECT 1) INSERT INTO t TABLE c', ['t:write(*)']],
  ])('%s', (_promise, sql, expected) => {
    expect(relations(sql)).toEqual(expected)
  })

  test('names are those of the server: folded, unescaped', () => {
    expect(relations('SELECT sSn, U&"\\0041b" FROM PEOPLE, "Mixed"')).toEqual([
      'Mixed:read(Ab,ssn)',
      'people:read(Ab,ssn)',
    ])
  })

  test('the catalogue resolves what the text leaves open, through the search path', () => {
    const catalogue = {
      version: '1',
      schemaOf: (name: string, path: readonly string[]) => (name === 't' && path.includes('shop') ? 'shop' : undefined),
    }
    expect(relations('SELECT a FROM t, u', { catalogue, searchPath: ['shop'] })).toEqual([
      'shop.t:read(a)',
      'u:read(a)',
    ])
    expect(relations('SELECT a FROM t', { catalogue, searchPath: ['public'] })).toEqual(['t:read(a)'])
    expect(relations('SELECT a FROM t', { catalogue, searchPath: 'unknown' })).toEqual(['t:read(a)'])
  })
})

describe('predicates', () => {
  test.each([
    ["SELECT 1 FROM t WHERE a = 1 AND b LIKE 'x%' AND c > 2", 't.a:equality t.b:pattern t.c:comparison'],
    ['SELECT 1 FROM t x WHERE x.a::int BETWEEN 1 AND 2 OR x.b IN (1, 2)', 't.a:comparison t.b:equality'],
    ["SELECT 1 FROM t WHERE substr(a, 1, 1) = 'x'", 't.a:other'],
    ["SELECT a LIKE 'x%' FROM t", 't.a:pattern'],
    ['SELECT a FROM t ORDER BY a', 't.a:order'],
    ['SELECT a FROM t GROUP BY a', 't.a:group'],
    ['SELECT DISTINCT a FROM t', 't.a:group'],
    ['SELECT DISTINCT ON (a) b FROM t', 't.a:group'],
    ['SELECT a FROM t UNION ALL SELECT b FROM u', ''],
    ['SELECT rank() OVER (PARTITION BY a ORDER BY b) FROM t', 't.a:group t.b:order'],
    ['SELECT array_agg(a ORDER BY b) FROM t', 't.b:order'],
    ['SELECT 1 FROM t JOIN u ON t.i = u.j', 't.i:equality u.j:equality'],
    ["SELECT CASE WHEN a = 'x' THEN 1 END FROM t", 't.a:equality'],
    ['SELECT 1 FROM t WHERE a', 't.a:equality'],
    ['SELECT 1 FROM t WHERE a IS NULL', 't.a:other'],
    ['SELECT 1 FROM t WHERE a IN (SELECT b FROM u)', '?.b:equality t.a:equality'],
    ["SELECT 1 FROM t WHERE regexp_like(a, 'x')", 't.a:other'],
    ["UPDATE t SET b = 1 WHERE a = 'x'", 't.a:equality'],
    ['SELECT a, b || c, upper(d) FROM t', ''],
    ['SELECT 1 FROM t, u WHERE a = 1', '?.a:equality'],
    ["SELECT 1 FROM (SELECT a AS x FROM t) s WHERE x LIKE 'y%'", 'unknown'],
    ["WITH c(x) AS (SELECT a FROM t) SELECT 1 FROM c WHERE x = 'y'", 'unknown'],
    ["SELECT 1 FROM t AS t(x) WHERE x = 'y'", 'unknown'],
    ['SELECT 1 FROM t WHERE t = u', 'unknown'],
    ['SELECT 1 FROM t NATURAL JOIN u', 'unknown'],
  ])('%s: %s', (sql, expected) => {
    const { predicates } = statement(sql)
    const found =
      predicates === 'unknown'
        ? predicates
        : predicates
            .map(({ relation = '?', column, use }) => `${relation}.${column}:${use}`)
            .sort(byText)
            .join(' ')
    expect(found).toBe(expected)
  })
})

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
