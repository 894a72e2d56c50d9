import { describe, expect, test } from 'vitest'
import { effects, postgres, statement } from './testdata/analyse.ts'
import { NO_USER_CODE, UNKNOWN_USER_CODE, type UserCode } from './user-code.ts'

const code = (some: Partial<UserCode>): { readonly userCode: UserCode } => ({
  userCode: { ...NO_USER_CODE, version: 'test', ...some },
})

describe('code of users', () => {
  test('a name that a user gave a function of theirs, too, is unknown without a schema', () => {
    const users = code({ functions: new Set(['lower', 'count', 'text']) })
    for (const sql of [
      "SELECT lower('a')",
      'SELECT count(*) FROM t',
      'SELECT text(1)',
      'SELECT 1 ORDER BY lower($1)',
    ]) {
      expect(effects(sql, users)).toBe('read unknown')
      expect(effects(sql)).toBe('read')
    }
    expect(effects("SELECT pg_catalog.lower('a'), upper('a'), pg_catalog.count(*)", users)).toBe('read')
    expect(statement('SELECT lower(a) FROM t', users).functions).toEqual([
      { schema: undefined, name: 'lower', effects: new Set(['unknown']) },
    ])
  })

  test('one that a user put into pg_catalog is unknown with its schema, too', () => {
    const users = code({ functions: new Set(['pg_catalog.lower']), operators: new Set(['pg_catalog.+']) })
    expect(effects("SELECT pg_catalog.lower('a')", users)).toBe('read unknown')
    expect(effects("SELECT lower('a')", users)).toBe('read unknown')
    expect(effects('SELECT 1 OPERATOR(pg_catalog.+) 1', users)).toBe('read unknown')
  })

  test('an operator is unknown wherever the grammar calls it', () => {
    const equals = code({ operators: new Set(['=']) })
    for (const sql of [
      'SELECT 1 FROM t WHERE a = 1',
      'SELECT 1 FROM t WHERE a IN (1, 2)',
      'SELECT 1 FROM t WHERE a = ANY (SELECT 1)',
      'SELECT 1 FROM t WHERE (a, b) = (1, 2)',
      'SELECT a IS DISTINCT FROM 1 FROM t',
      'SELECT NULLIF(a, 1) FROM t',
      'SELECT CASE a WHEN 1 THEN 2 END FROM t',
      'SELECT 1 FROM t JOIN u USING (a)',
      'SELECT 1 FROM t NATURAL JOIN u',
    ]) {
      expect([sql, effects(sql, equals)]).toEqual([sql, 'read unknown'])
    }
    expect(effects('SELECT a + 1 FROM t WHERE a OPERATOR(pg_catalog.=) 1', equals)).toBe('read')
    expect(effects('SELECT a BETWEEN 1 AND 2 FROM t', code({ operators: new Set(['>=']) }))).toBe('read unknown')
    expect(effects("SELECT a LIKE 'x' FROM t", code({ operators: new Set(['~~']) }))).toBe('read unknown')
  })

  test('column notation of a row calls what takes a row, of anything else what takes one argument', () => {
    const users = code({ fieldFunctions: new Set(['shown', 'status']), rowFunctions: new Set(['shown']) })
    for (const sql of [
      'SELECT t.shown FROM t',
      'SELECT s.t.shown FROM s.t',
      'SELECT (t).shown FROM t',
      'SELECT (1).status',
      'SELECT x.status FROM now() x',
      'WITH d AS (SELECT 1) SELECT d.shown FROM d',
    ]) {
      expect([sql, effects(sql, users)]).toEqual([sql, 'read unknown'])
    }
    expect(effects('SELECT t.status, shown FROM t', users)).toBe('read')
  })

  test('a type whose values are made by code of users calls it wherever it is named', () => {
    const users = code({ types: new Map([['watched', ['public.touch']]]) })
    for (const sql of [
      'SELECT 1::watched',
      'SELECT CAST($1 AS public.watched)',
      "SELECT '{1}'::watched[]",
      'SELECT * FROM json_to_record($1) AS x(a watched)',
      "SELECT watched '1'",
    ]) {
      expect([sql, effects(sql, users)]).toEqual([sql, 'read unknown'])
    }
    expect(statement('SELECT 1::watched', users).functions).toEqual([
      { schema: 'public', name: 'touch', effects: new Set(['unknown']) },
    ])
    expect(effects('SELECT 1::watched', { ...users, functions: new Map([['public.touch', ['read']]]) })).toBe('read')
    expect(effects("SELECT text('a')", code({ types: new Map([['text', ['pg_catalog.nextval']]]) }))).toBe('read write')
  })

  test('casts run where their types are, or everywhere', () => {
    const moods = code({ relations: new Map([['feelings', ['public.mood_text']]]) })
    expect(effects('SELECT mood FROM feelings', moods)).toBe('read unknown')
    expect(effects('WITH feelings AS (SELECT 1) SELECT * FROM feelings', moods)).toBe('read')
    const everywhere = code({ casts: ['public.int_text'] })
    expect(effects('SELECT 1', everywhere)).toBe('read unknown')
    expect(effects('SELECT 1', { ...everywhere, functions: new Map([['public.int_text', ['read']]]) })).toBe('read')
    expect(effects('BEGIN', everywhere)).toBe('transaction')
  })

  test('where nobody can tell, only what names pg_catalog is a read', () => {
    const settings = { userCode: UNKNOWN_USER_CODE }
    expect(effects('SELECT pg_catalog.lower(a) FROM t WHERE a OPERATOR(pg_catalog.=) 1', settings)).toBe('read')
    for (const sql of ['SELECT lower(a) FROM t', 'SELECT 1 = 1', 'SELECT t.a FROM t', 'SELECT (t).a FROM t']) {
      expect(effects(sql, settings)).toBe('read unknown')
    }
    expect(effects('SELECT lower(a) FROM t', { ...settings, functions: new Map([['lower', ['read']]]) })).toBe('read')
  })
})

describe('withDefinitions', () => {
  const after = (text: string, before = NO_USER_CODE): UserCode => postgres.withDefinitions(before, text)

  test.each([
    ['CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$SELECT 1$$', "SELECT lower('a')"],
    ['CREATE OR REPLACE PROCEDURE public.lower(x int) LANGUAGE sql AS $$SELECT 1$$', "SELECT lower('a')"],
    ['CREATE FUNCTION pg_catalog.lower(varchar) RETURNS text LANGUAGE sql AS $$$$', "SELECT pg_catalog.lower('a')"],
    ['CREATE AGGREGATE sum(mood) (sfunc = f, stype = int)', 'SELECT sum(a) FROM t'],
    ['CREATE OPERATOR public.+ (leftarg = mood, rightarg = mood, function = f)', 'SELECT a + b FROM t'],
    ['ALTER FUNCTION f(varchar) RENAME TO lower', "SELECT lower('a')"],
    ['ALTER FUNCTION pg_temp.lower(varchar) SET SCHEMA public', "SELECT lower('a')"],
    ['ALTER OPERATOR x.+ (mood, mood) SET SCHEMA public', 'SELECT a + b FROM t'],
    ['CREATE FUNCTION shown(people) RETURNS int LANGUAGE sql AS $$$$', 'SELECT p.shown FROM people p'],
    ['CREATE FUNCTION status(int) RETURNS int LANGUAGE sql AS $$$$', 'SELECT (1).status'],
    ['CREATE DOMAIN watched AS int CHECK (touch(VALUE))', 'SELECT 1::watched'],
    ['CREATE DOMAIN w AS int CHECK (touch(VALUE)); CREATE DOMAIN watched AS w', 'SELECT 1::watched'],
    ["CREATE DOMAIN pg_temp.text AS text; ALTER DOMAIN text ADD CHECK (touch('a'))", "SELECT 'a'::text"],
    ['CREATE DOMAIN w AS int CHECK (touch(VALUE)); ALTER DOMAIN w RENAME TO watched', 'SELECT 1::watched'],
    ['CREATE CAST (mood AS text) WITH FUNCTION f(mood) AS IMPLICIT', 'SELECT a FROM t'],
  ])('behind %s it is unknown what %s does', (definition, sql) => {
    expect(effects(sql)).toBe('read')
    expect(effects(sql, { userCode: after(definition) })).toBe('read unknown')
  })

  test('a domain whose check calls a function of the server has the effects of that', () => {
    expect(effects('SELECT 1::w', { userCode: after("CREATE DOMAIN w AS int CHECK (nextval('s') > 0)") })).toBe(
      'read write',
    )
  })

  test('a text that brings no such code changes nothing', () => {
    for (const text of [
      'SELECT 1',
      'CREATE TABLE t (a int)',
      'CREATE DOMAIN positive AS int CHECK (VALUE > 0)',
      'CREATE CAST (mood AS text) WITH INOUT',
      'ALTER TABLE t RENAME TO u',
      'no statement',
      'a\0b',
    ]) {
      expect(after(text)).toBe(NO_USER_CODE)
    }
  })

  test('what was known stays known, under a version of its own', () => {
    const one = after('CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$$$')
    const both = after('CREATE FUNCTION upper(varchar) RETURNS text LANGUAGE sql AS $$$$', one)
    expect([...both.functions]).toEqual(['lower', 'upper'])
    expect(new Set([NO_USER_CODE.version, one.version, both.version]).size).toBe(3)
  })
})
