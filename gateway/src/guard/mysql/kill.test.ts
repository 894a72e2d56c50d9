import { DEFAULT_MARIADB_SETTINGS, loadMysql, mysqlLocalFiles } from '@sallyport/sql'
import { expect, it } from 'vitest'
import { killOf, killsSomebody } from './kill.ts'

const analyser = loadMysql()
const kill = (text: string): ReturnType<typeof killOf> => killOf(text, analyser.analyse(text, DEFAULT_MARIADB_SETTINGS))

it.each([
  ['KILL 5', { what: 'connection', id: 5 }],
  ['/* c */ kill  connection 5 ;', { what: 'connection', id: 5 }],
  ['KILL QUERY 4294967295', { what: 'query', id: 4_294_967_295 }],
  ['KILL SOFT QUERY 9', { what: 'query', id: 9 }],
  ['KILL USER alice', { what: 'connection', id: undefined }],
  ['KILL 5 + 1', { what: 'connection', id: undefined }],
  ['KILL /* 1 */ 5', { what: 'connection', id: undefined }],
  ['SELECT 1', undefined],
  ['KILL 5; SELECT 1', undefined],
] as const)('%s', (text, expected) => {
  expect(kill(text)).toEqual(expected)
})

it.each([
  "PREPARE s FROM 'KILL 5'",
  "EXECUTE IMMEDIATE 'KILL 5'",
  "EXECUTE IMMEDIATE 'K\\ILL ' '5'",
  'BEGIN NOT ATOMIC KILL 5; END',
  "PREPARE s FROM 'BEGIN NOT ATOMIC IF 1 THEN KILL 5; END IF; END'",
])('sees the KILL in %s', (text) => {
  const analysis = analyser.analyse(text, DEFAULT_MARIADB_SETTINGS)
  expect(analysis.ok && analysis.statements.some(killsSomebody)).toBe(true)
})

it.each(["EXECUTE IMMEDIATE 'SELECT 5'", 'BEGIN NOT ATOMIC SELECT 5; END', "PREPARE s FROM 'FLUSH TABLES'"])(
  'sees none in %s',
  (text) => {
    const analysis = analyser.analyse(text, DEFAULT_MARIADB_SETTINGS)
    expect(analysis.ok && analysis.statements.some(killsSomebody)).toBe(false)
  },
)

it.each([
  ["LOAD DATA LOCAL INFILE 'a.csv' INTO TABLE t", ['a.csv']],
  [
    "load data low_priority local infile '/tmp/a b.csv' into table t; LOAD DATA LOCAL INFILE 'b' INTO TABLE t",
    ['/tmp/a b.csv', 'b'],
  ],
  ["LOAD DATA INFILE '/etc/passwd' INTO TABLE t", []],
  ["LOAD DATA LOCAL INFILE 'a\\\\b' INTO TABLE t", []],
  ["LOAD DATA LOCAL INFILE 'a''b' INTO TABLE t", []],
  ["SELECT 'LOAD DATA LOCAL INFILE ''x'' INTO TABLE t'", []],
])('the files that a text names: %s', (text, files) => {
  expect(mysqlLocalFiles(text, analyser.analyse(text, DEFAULT_MARIADB_SETTINGS))).toEqual(files)
})
