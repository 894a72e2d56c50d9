import { EFFECTS } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { FUNCTION_EFFECTS } from './function-effects.ts'
import { IMMUTABLE_FUNCTIONS, STABLE_FUNCTIONS, VOLATILE_FUNCTIONS } from './generated/builtins.ts'
import { effects, statement } from './testdata/analyse.ts'

const words = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' '))
/** Triggers cannot be called by name. */
const isTrigger = (name: string): boolean => /^RI_FKey_|trigger|_recheck$/.test(name)

describe('functions', () => {
  test('every volatile function of the servers is classified by hand', () => {
    const volatile = words(VOLATILE_FUNCTIONS).filter((name) => !isTrigger(name))
    expect(volatile.length).toBeGreaterThan(200)
    expect(volatile.filter((name) => !FUNCTION_EFFECTS.has(name))).toEqual([])
  })

  test('what is classified by hand exists on some server, and has effects of the closed list', () => {
    const known = new Set(words([...VOLATILE_FUNCTIONS, ...STABLE_FUNCTIONS, ...IMMUTABLE_FUNCTIONS]))
    expect([...FUNCTION_EFFECTS.keys()].filter((name) => !known.has(name))).toEqual([])
    const all = new Set<string>(EFFECTS)
    expect([...FUNCTION_EFFECTS.values()].flat().filter((effect) => !all.has(effect))).toEqual([])
  })

  test.each([
    ['SELECT lower(a) FROM t', 'read'],
    ['SELECT LOWER(a) FROM t', 'read'],
    ['SELECT pg_catalog.lower(a) FROM t', 'read'],
    ['SELECT public.lower(a) FROM t', 'read unknown'],
    ['SELECT "Lower"(a) FROM t', 'read unknown'],
    ['SELECT f()', 'read unknown'],
    ["SELECT * FROM public.dblink('host=x', 'SELECT 1') AS t(a int)", 'network read unknown'],
    ['SELECT pg_temp.f()', 'read unknown'],
    ['SELECT information_schema._pg_expandarray(a) FROM t', 'read'],
    ['SELECT information_schema.f(a) FROM t', 'read unknown'],
    ["SELECT nextval('s')", 'read write'],
    ["SELECT * FROM pg_read_file('/etc/passwd')", 'file read'],
    ["SELECT 1 ORDER BY pg_notify('a', 'b')", 'network read'],
    ['SELECT 1 LIMIT f()', 'read unknown'],
    ['SELECT count(*) FILTER (WHERE f()) FROM t', 'read unknown'],
    ['SELECT sum(a) OVER (ORDER BY f()) FROM t', 'read unknown'],
    ['SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY f())', 'read unknown'],
    ['SELECT * FROM t TABLESAMPLE f(1)', 'read unknown'],
    ['SELECT * FROM t TABLESAMPLE bernoulli(1)', 'read'],
    ['SELECT * FROM ROWS FROM (f(), g())', 'read unknown'],
    ['SELECT JSON_VALUE(a, f()) FROM t', 'read unknown'],
    ["SELECT * FROM XMLTABLE('/a' PASSING f() COLUMNS b int)", 'read unknown'],
    ["SELECT * FROM JSON_TABLE(f(), '$' COLUMNS (b int))", 'read unknown'],
    ['SELECT a[f()] FROM t', 'read unknown'],
    ['SELECT CASE WHEN f() THEN 1 END', 'read unknown'],
    ['SELECT GROUPING(a) FROM t GROUP BY CUBE (f())', 'read unknown'],
    ['SELECT DISTINCT ON (f()) 1', 'read unknown'],
    ['INSERT INTO t DEFAULT VALUES RETURNING f()', 'read unknown write'],
    ['INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = f()', 'read unknown write'],
    ['EXECUTE p(f())', 'unknown'],
    ["SELECT int4('1'), text(1)", 'read'],
    ["SELECT ('s'::regclass).nextval", 'read write'],
    ["SELECT (array['s'::regclass])[1].nextval", 'read write'],
    ["SELECT ('/etc/passwd'::text).pg_read_file", 'file read'],
    ["SELECT x.nextval FROM to_regclass('s') AS x", 'read write'],
    ["SELECT x.a FROM t, LATERAL (SELECT x.nextval) y, to_regclass('s') AS x", 'read write'],
    ["SELECT to_regclass.nextval FROM to_regclass('s')", 'read write'],
    ["SELECT * FROM t JOIN to_regclass('s') x ON x.nextval > 1", 'read write'],
    ["SELECT ('SELECT 1'::text).ts_stat", 'read unknown'],
    ['SELECT (5).pg_sleep, (a).lower FROM t', 'read'],
    ['SELECT t.nextval, s.t.nextval FROM s.t', 'read'],
    ['EXPLAIN SELECT f()', 'read unknown'],
    ["EXPLAIN SELECT nextval('s')", 'read'],
  ])('%s has the effects %s', (sql, expected) => {
    expect(effects(sql)).toBe(expected)
  })

  test.each([
    'SELECT JSON_OBJECTAGG(f(): 1)',
    'SELECT JSON_ARRAYAGG(1 ORDER BY f())',
    'SELECT JSON_OBJECT(f(): 1)',
    "SELECT JSON_EXISTS(a, '$' PASSING f() AS x) FROM t",
    "SELECT JSON_QUERY(a, '$' DEFAULT f() ON EMPTY) FROM t",
    'SELECT JSON(f())',
    'SELECT JSON_SERIALIZE(f())',
    'SELECT JSON_SCALAR(f())',
    'SELECT JSON_ARRAY(SELECT f())',
    'SELECT XMLSERIALIZE(CONTENT f() AS text)',
    'SELECT XMLELEMENT(NAME a, XMLATTRIBUTES(f() AS b))',
    'SELECT f() IS DOCUMENT',
    'SELECT 1 FROM t GROUP BY ROLLUP (f())',
    'SELECT sum(a) OVER (ROWS f() PRECEDING) FROM t',
    'INSERT INTO t (a[f()]) VALUES (1)',
    'UPDATE t SET a[f()] = 1',
    'UPDATE t SET (a, b) = (f(), 1)',
    'SELECT 1 OFFSET f()',
    'MERGE INTO t USING s ON f() WHEN MATCHED THEN DELETE',
    'MERGE INTO t USING s ON true WHEN MATCHED AND f() THEN DELETE',
    'MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = f()',
    'MERGE INTO t USING s ON true WHEN NOT MATCHED THEN INSERT VALUES (f())',
    'SELECT * FROM f() WITH ORDINALITY',
    'SELECT GREATEST(1, f())',
    'SELECT COALESCE(1, f())',
    'SELECT NULLIF(1, f())',
    'SELECT ARRAY[f()]',
    'SELECT ROW(f())',
    'SELECT (f()).x',
    'SELECT (f())[1]',
    'SELECT 1 FROM t TABLESAMPLE system (f())',
    'SELECT 1 FROM t TABLESAMPLE system (1) REPEATABLE (f())',
    'INSERT INTO t VALUES (1) ON CONFLICT ((f(a))) DO NOTHING',
    'INSERT INTO t VALUES (1) ON CONFLICT (a) WHERE f() DO NOTHING',
    'INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1 WHERE f()',
    'SELECT 1 WHERE f() IS TRUE',
    'SELECT 1 WHERE f() IS NULL',
    'SELECT 1 WHERE 1 = ANY (f())',
    'SELECT 1 WHERE a IN (SELECT f())',
    'SELECT 1 WHERE a BETWEEN 1 AND f()',
    "SELECT a LIKE 'x' ESCAPE f() FROM t",
    'SELECT a AT TIME ZONE f() FROM t',
    'SELECT f()::int COLLATE "C"',
    'VALUES (f())',
    'SELECT * FROM (VALUES (f())) x',
    'SELECT 1 FROM a JOIN b ON f()',
    'SELECT 1 FROM a, LATERAL (SELECT f()) b',
    'WITH c AS (SELECT f()) SELECT 1',
    'DELETE FROM t WHERE a = 1 RETURNING f()',
    'DECLARE c CURSOR FOR SELECT f()',
    'CREATE TABLE n AS SELECT f()',
    'COPY (SELECT f()) TO STDOUT',
    'COPY t FROM STDIN WHERE f()',
  ])('wherever an expression may stand, a call in it is found: %s', (sql) => {
    expect(statement(sql).functions).toContainEqual({ schema: undefined, name: 'f', effects: new Set(['unknown']) })
    expect(statement(sql).effects.has('unknown')).toBe(true)
  })

  test('an operator that pg_catalog does not have is a function nobody knows', () => {
    expect(effects('SELECT 1 + 2, 1 OPERATOR(pg_catalog.+) 2')).toBe('read')
    for (const sql of ['SELECT 1 === 2', 'SELECT 1 OPERATOR(public.+) 2', 'SELECT 1 ORDER BY 1 USING OPERATOR(a.<)']) {
      expect(effects(sql)).toBe('read unknown')
    }
    expect(effects('SELECT 1 OPERATOR(a.=) ANY (SELECT 2)')).toBe('read unknown')
  })

  test('a search path that looks elsewhere before pg_catalog makes every unqualified name unknown', () => {
    expect(effects('SELECT lower(a) FROM t', { searchPath: ['public', 'pg_catalog'] })).toBe('read unknown')
    expect(effects('SELECT 1 + 1', { searchPath: ['public', 'pg_catalog'] })).toBe('read unknown')
    expect(effects('SELECT lower(a) FROM t', { searchPath: 'unknown' })).toBe('read unknown')
    for (const sql of [
      'SELECT a BETWEEN b AND c FROM t',
      'SELECT a IN (SELECT b FROM u) FROM t',
      'SELECT CASE a WHEN 1 THEN 2 END FROM t',
      'SELECT 1 FROM t JOIN u USING (a)',
      'SELECT 1 FROM t NATURAL JOIN u',
      'SELECT NULLIF(a, b) FROM t',
      'SELECT a IS DISTINCT FROM b FROM t',
    ]) {
      expect(effects(sql, { searchPath: 'unknown' })).toBe('read unknown')
      expect(effects(sql)).toBe('read')
    }
    expect(effects('SELECT lower(a) FROM t', { searchPath: ['pg_catalog', 'public'] })).toBe('read')
    expect(effects('SELECT pg_catalog.lower(a) FROM t', { searchPath: 'unknown' })).toBe('read')
  })

  test('a function that policy vouches for has the effects that policy says', () => {
    const functions = new Map([
      ['uuid_generate_v4', ['read']],
      ['app.touch', ['write']],
      ['===', ['read']],
    ] as const)
    expect(effects('SELECT uuid_generate_v4()', { functions })).toBe('read')
    expect(effects('SELECT app.uuid_generate_v4()', { functions })).toBe('read unknown')
    expect(effects('SELECT app.touch()', { functions })).toBe('read write')
    expect(effects('SELECT 1 === 2', { functions })).toBe('read')
  })

  test('a call is listed with its name as the server folds it', () => {
    expect(statement('SELECT U&"\\006cower"(a), PG_CATALOG . Upper(a) FROM t').functions).toEqual([
      { schema: undefined, name: 'lower', effects: new Set(['read']) },
      { schema: 'pg_catalog', name: 'upper', effects: new Set(['read']) },
    ])
  })
})
