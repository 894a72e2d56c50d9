import { DEFAULT_MARIADB_SETTINGS, DEFAULT_MYSQL_SETTINGS, loadMysql } from '@sallyport/sql'
import { describe, expect, test } from 'vitest'
import { refuseByFloor, refuseCommandByFloor } from './floor.ts'

const analyser = loadMysql()
const SETTINGS = { mysql: DEFAULT_MYSQL_SETTINGS, mariadb: DEFAULT_MARIADB_SETTINGS }

describe.each(['mysql', 'mariadb'] as const)('a read-only floor of %s', (flavour) => {
  const refused = (text: string, readOnly = true) =>
    refuseByFloor(analyser.analyse(text, { ...SETTINGS[flavour], database: 'shop' }), { readOnly })

  test.each([
    'delete from t',
    'insert into t values (1)',
    '/*! delete from t */',
    'create table t (a int)',
    'drop view v',
    'grant select on t to u',
    'call p()',
    'select f()',
    'set global read_only = 0',
    'set session transaction read write',
    'set transaction_read_only = 0',
    'set @@session.transaction_read_only = off',
    'set autocommit = 1, transaction_read_only = 0',
    'set transaction_read_only = @x',
    'start transaction read write',
    "select 1 into outfile '/tmp/x'",
    "load data infile '/tmp/x' into table t",
    'prepare s from @x',
    "prepare s from 'delete from t'",
    'lock tables t write',
    'select 1; delete from t',
    'kill 5',
    'what is this',
  ])('refuses %s', (text) => {
    expect(refused(text)).toMatchObject({ errorCode: 1142, sqlState: '42000' })
    expect(refused(text, false)).toBeUndefined()
  })

  test.each([
    'select * from t where a = 1',
    'set transaction_read_only = 1',
    'set session transaction read only',
    'start transaction read only',
    'start transaction',
    'begin',
    'commit',
    'set names utf8mb4',
    "set sql_mode = 'ANSI'",
    'set @a = 1',
    "prepare s from 'select 1'",
    'execute s',
    'show tables',
    'use shop',
    'explain select 1',
  ])('allows %s', (text) => {
    expect(refused(text)).toBeUndefined()
  })
})

test('commands that administer are refused under a read-only floor alone', () => {
  expect(refuseCommandByFloor('COM_PROCESS_KILL', { readOnly: true })).toMatchObject({ errorCode: 1142 })
  expect(refuseCommandByFloor('COM_PROCESS_KILL', { readOnly: false })).toBeUndefined()
  expect(refuseCommandByFloor('COM_PING', { readOnly: true })).toBeUndefined()
})
