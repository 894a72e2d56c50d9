import { describe, expect, test } from 'vitest'
import { loadMysql } from './analyser.ts'
import { localFiles } from './local-files.ts'
import { DEFAULT_MARIADB_SETTINGS } from './settings.ts'

const analyser = loadMysql()
const details = (text: string) => analyser.details(text, DEFAULT_MARIADB_SETTINGS)
const column = (name: string) => ({ type: 'column', name })
const STAR = { type: 'star' }
const OTHER = { type: 'other' }

describe('the columns of a result', () => {
  test.each<[string, unknown]>([
    ['select a, t.B, s.t.`C` as d from t', [column('a'), column('b'), column('c')]],
    ['select *, t.*, a from t', [STAR, STAR, column('a')]],
    ['select a + 1, (a), (select 1), @v, f(a) from t', [OTHER, column('a'), OTHER, OTHER, OTHER]],
    ['select a from t join u using (id) left join v on 1', [column('a')]],
    ['(select a from t)', [column('a')]],
    ['table t', undefined],
    ['delete from t returning a', [column('a')]],
    ['insert into t values (1) returning *', [STAR]],
    ['select a from (select b a from t) t', 'unknown'],
    ['select a from t, (select 1) u', 'unknown'],
    ['select a from t join (select 1) u', 'unknown'],
    ['with t as (select b a from u) select a from t', 'unknown'],
    ['select a from t union select b from u', 'unknown'],
    ["select s from json_table('{}', '$' columns (s int path '$.s')) j", 'unknown'],
    ['values (1)', 'unknown'],
    ['explain select a from t', 'unknown'],
    ['show tables', 'unknown'],
    ['execute s', 'unknown'],
  ])('of %s', (text, expected) => {
    expect(details(text)?.[0]?.output).toEqual(expected)
  })

  test('are told for each statement of a text, and of none that cannot be read', () => {
    expect(details('select a from t; select 1 union select 2')?.map(({ output }) => output)).toEqual([
      [column('a')],
      'unknown',
    ])
    expect(details('select from where')).toBeUndefined()
  })
})

describe('the columns that a change stores from', () => {
  test.each<[string, readonly string[] | 'all']>([
    ["update t set a = B, c = concat(t.d, 'x') where e = 1 order by f", ['b', 'd']],
    ['update t set a = (select b from u)', 'all'],
    ["insert into t (a) values ('x')", []],
    ['insert into t (a) values (1) on duplicate key update a = b', ['b']],
    ['insert into t select a from u', 'all'],
    ['delete from t where a = 1', []],
    ['replace into t set a = b', ['b']],
    ['create table t as select a from u', 'all'],
    ['set @a = 1', 'all'],
  ])('of %s', (text, expected) => {
    const stored = details(text)?.[0]?.stored
    expect(stored === 'all' ? 'all' : [...(stored ?? [])].toSorted()).toEqual(expected)
  })
})

describe('the files of the client', () => {
  test.each<[string, readonly string[]]>([
    ["load data local infile '/tmp/a b' into table t", ['/tmp/a b']],
    ['LOAD XML LOCAL INFILE "x" INTO TABLE t', ['x']],
    ["load data low_priority local infile 'x' into table t; select 1", ['x']],
    ["load data infile '/tmp/x' into table t", []],
    ["load data local infile 'a''b' into table t", []],
    ["load data local infile 'a\\\\b' into table t", []],
    ["select 'load data local infile ''x'' into table t'", []],
  ])('that %s names', (text, expected) => {
    expect(localFiles(text, analyser.analyse(text, DEFAULT_MARIADB_SETTINGS))).toEqual(expected)
  })
})
