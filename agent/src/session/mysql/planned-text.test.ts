import { DEFAULT_MARIADB_SETTINGS, DEFAULT_MYSQL_SETTINGS, loadMysql } from '@sallyport/sql'
import { describe, expect, test } from 'vitest'
import { plannedText, type PlannedText } from './planned-text.ts'

const analyser = loadMysql()

function plan(text: string, flavour: 'mysql' | 'mariadb' = 'mysql', known = true): Promise<PlannedText> {
  const settings = flavour === 'mysql' ? DEFAULT_MYSQL_SETTINGS : DEFAULT_MARIADB_SETTINGS
  const [detail] = (known && analyser.details(text, settings)) || []
  const read = (asked: string): ReturnType<typeof analyser.analyse> => analyser.analyse(asked, settings)
  return plannedText(text, read(text), detail?.planning, { flavour, read })
}

describe('a statement is explained', () => {
  test.each([
    'SELECT a FROM t WHERE b = ?',
    'UPDATE t SET a = 1',
    'DELETE FROM t',
    'REPLACE INTO t SELECT * FROM u',
    'TABLE t',
    '(SELECT a FROM t) UNION SELECT a FROM u',
    '/* why */ SELECT a -- not\n FROM t -- end',
    'SELECT a FROM t FOR UPDATE',
    'SELECT last_insert_id() FROM t',
  ])('as it is: %s', async (text) => {
    expect(await plan(text)).toEqual({ explain: `EXPLAIN FORMAT=TRADITIONAL ${text}`, wanted: undefined })
  })

  test('without leaving warnings where MariaDB would keep them', async () => {
    expect(await plan('SELECT a FROM t', 'mariadb')).toMatchObject({
      explain: 'SET STATEMENT max_error_count = 0 FOR EXPLAIN SELECT a FROM t',
    })
  })

  test('with the rows that it wants of its table, unless it counts the others', async () => {
    expect(await plan('SELECT a FROM t LIMIT 3, 7')).toMatchObject({ wanted: 10 })
    expect(await plan('SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 3, 7')).toMatchObject({ wanted: undefined })
  })

  test.each([
    ['EXPLAIN ANALYZE SELECT a FROM t', 'mysql'],
    ['explain analyze format=tree (SELECT a FROM t)', 'mysql'],
    ['ANALYZE SELECT a FROM t', 'mariadb'],
    ["ANALYZE FORMAT = 'json' SELECT a FROM t", 'mariadb'],
  ] as const)('in place of what %s would run', async (text, flavour) => {
    expect(await plan(text, flavour)).toMatchObject({
      explain: expect.stringMatching(/EXPLAIN( FORMAT=TRADITIONAL)? +\(?SELECT a FROM t\)?$/),
    })
  })
})

test.each([
  'SELECT 1',
  'SELECT row_count(), @@warning_count',
  'INSERT INTO t VALUES (1)',
  'EXPLAIN SELECT * FROM t',
  'DESC DELETE FROM t',
])('nobody is asked about what reads nothing: %s', async (text) => {
  expect(await plan(text)).toEqual({ free: true })
})

describe('what planning could run is not planned', () => {
  test.each([
    'SELECT * FROM t WHERE a = f(1)',
    'SELECT * FROM t WHERE a = (@x := 1)',
    'SELECT a INTO @x FROM t',
    "SELECT * FROM t WHERE get_lock('l', 1)",
    'SELECT * FROM t WHERE a = last_insert_id(7)',
    'SELECT * FROM t, (SELECT sleep(9)) q',
    'SELECT * FROM t WHERE a = BENCHMARK(9, 1)',
    "SELECT * FROM t WHERE a = load_file('/x')",
    'SELECT * FROM t WHERE a = row_count()',
    'INSERT INTO t SELECT found_rows() FROM u',
    'SELECT @@session.warning_count FROM t',
    'SELECT * FROM t WHERE a = (SELECT max(a) FROM u)',
    'SELECT * FROM (SELECT count(*) FROM u) q',
  ])('%s', async (text) => {
    expect(await plan(text)).toMatchObject({ failure: expect.stringMatching(/planning|while it plans/) })
  })

  test('nor a sequence of MariaDB advanced', async () => {
    for (const call of ['nextval(s)', 'NEXT VALUE FOR s', 'setval(s, 3)']) {
      expect(await plan(`SELECT * FROM (SELECT ${call} a) q, t`, 'mariadb')).toHaveProperty('failure')
    }
  })

  test('while MariaDB leaves a query inside until it runs', async () => {
    expect(await plan('SELECT * FROM t WHERE a = (SELECT max(a) FROM u)', 'mariadb')).toHaveProperty('explain')
  })

  test('nor what is too long to tell', async () => {
    expect(await plan('SELECT * FROM t WHERE a = 1', 'mysql', false)).toHaveProperty('failure')
    expect(await plan('SELECT * FROM t WHERE a = 1', 'mariadb', false)).toHaveProperty('explain')
    expect(await plan('INSERT INTO t VALUES (1)', 'mysql', false)).toHaveProperty('explain')
  })
})

test.each([
  'DO 1',
  'SET @a = 1',
  'CALL p()',
  'EXECUTE s',
  'CREATE TABLE u SELECT * FROM t',
  'SELECT 1; SELECT 2',
  'SELEC 1',
  '',
])('no other text is planned: %s', async (text) => {
  expect(await plan(text)).toHaveProperty('failure')
})

test('what stands between ANALYZE and the statement is not guessed', async () => {
  expect(await plan('EXPLAIN /* ANALYZE */ ANALYZE SELECT a FROM t')).toHaveProperty('failure')
})
