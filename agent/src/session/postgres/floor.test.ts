import { loadPostgres, type PostgresAnalyser, DEFAULT_POSTGRES_SETTINGS } from '@sallyport/sql'
import { noticeField } from '@sallyport/pg-wire'
import { beforeAll, describe, expect, test } from 'vitest'
import { copiedQuery } from './copy-query.ts'
import { refuseByFloor } from './floor.ts'
import { sqlNames } from './sql-names.ts'

let analyser: PostgresAnalyser

beforeAll(async () => {
  analyser = await loadPostgres()
})

const analyse = (text: string) => analyser.analyse(text, DEFAULT_POSTGRES_SETTINGS)

describe('a read-only floor', () => {
  test.each([
    'delete from t',
    'with d as (delete from t returning *) select * from d',
    'create table t (a int)',
    'grant select on t to public',
    'do $$ begin end $$',
    'call p()',
    'copy t from stdin',
    "copy t to '/tmp/x'",
    'set default_transaction_read_only = off',
    'set session characteristics as transaction read write',
    'begin read write',
    "select set_config('default_transaction_read_only', 'off', false)",
    "select set_config('a' || 'b', 'off', false)",
    'select 1; delete from t',
    'alter system set work_mem = 1',
  ])('refuses %s', (text) => {
    const refused = refuseByFloor(analyse(text), { readOnly: true })
    expect(refused && noticeField(refused, 'sqlState')).toBe('42501')
  })

  test.each([
    'select 1',
    'select * from t where a = 1',
    'begin',
    'begin read only',
    'set default_transaction_read_only = on',
    'reset default_transaction_read_only',
    'show work_mem',
    'copy t to stdout',
    'explain select 1',
    "set application_name = 'x'",
    'this is no sql',
  ])('allows %s', (text) => {
    expect(refuseByFloor(analyse(text), { readOnly: true })).toBeUndefined()
  })

  test('a floor that is not read-only refuses nothing', () => {
    expect(refuseByFloor(analyse('delete from t'), { readOnly: false })).toBeUndefined()
  })
})

describe('the query of a COPY', () => {
  test.each<[string, string | undefined]>([
    ['copy (select 1) to stdout', 'select 1'],
    ["COPY (select ') to stdout' from p) TO STDOUT", "select ') to stdout' from p"],
    ["copy (select 1) to stdout (null ') to stdout')", 'select 1'],
    ['copy (select (1)) to stdout csv', 'select (1)'],
    ['copy (select $$ ) to stdout $$) to stdout', 'select $$ ) to stdout $$'],
    ['copy t to stdout', undefined],
    ['select 1', undefined],
  ])('%s', (text, expected) => {
    const reader = { analyse, copyStream: () => undefined, storedColumns: () => undefined }
    expect(copiedQuery(text, reader)).toBe(expected)
  })
})

describe('the names that a text may change', () => {
  const names = (text: string): unknown => {
    const analysis = analyse(text)
    const parts = analysis.ok ? analysis.statements.map((statement) => ({ statement, exposure: 'none' }) as const) : []
    return sqlNames({ source: { text, analysis }, parts, exposure: 'none', judgedBy: {} })
  }
  const any = { statements: 'all', portals: 'all' }

  test.each<[string, unknown]>([
    ['select 1', undefined],
    ['prepare s as select 1', { statements: ['s'], portals: [] }],
    ['deallocate s', { statements: ['s'], portals: [] }],
    ['deallocate all', any],
    ['discard all', any],
    ['declare c cursor for select 1', { statements: [], portals: ['c'] }],
    ['close c', { statements: [], portals: ['c'] }],
    ['close all', any],
    ['do $$ begin end $$', any],
    ['not sql at all', any],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual(expected)
  })
})
