import { DEFAULT_MARIADB_SETTINGS, loadMysql, mysqlSettingsKey, type MysqlSettings } from '@sallyport/sql'
import { expect, it } from 'vitest'
import { startCommand } from './command-run.ts'
import { readsSame } from './reads-same.ts'

const analyser = loadMysql()
const ansi = { ...DEFAULT_MARIADB_SETTINGS, sqlMode: new Set(['ANSI_QUOTES']) }

function same(text: string, now: MysqlSettings): boolean {
  const settings = DEFAULT_MARIADB_SETTINGS
  const analysis = analyser.analyse(text, settings)
  const run = startCommand({ text, analysis, settings, judged: analysis, unsettles: false }, undefined)
  return readsSame(run, {
    keyed: () => ({ settings: now, key: mysqlSettingsKey(now) }),
    inspect: (again, { settings: with_ }) => analyser.analyse(again, with_),
  })
}

it('a text that reads the same under another sql_mode may go on, and one that does not must be prepared again', () => {
  expect(same('SELECT a FROM t WHERE b = ?', ansi)).toBe(true)
  expect(same("SELECT a FROM t WHERE b = 'c'", ansi)).toBe(true)
  // A string that is a column then.
  expect(same('SELECT a FROM t WHERE b = "c"', ansi)).toBe(false)
  expect(same("SELECT 'a\\' FROM t -- '", { ...ansi, sqlMode: new Set(['NO_BACKSLASH_ESCAPES']) })).toBe(false)
  expect(same("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')", ansi)).toBe(false)
})

it('nothing reads the same while nobody knows how the server reads', () => {
  expect(same('SELECT 1', { ...DEFAULT_MARIADB_SETTINGS, sqlMode: 'unknown' })).toBe(false)
})

it('a text beyond ASCII is another in another character set', () => {
  const latin1 = { ...DEFAULT_MARIADB_SETTINGS, characterSet: 'latin1' }
  expect(same("SELECT 'a'", latin1)).toBe(true)
  expect(same("SELECT 'ä'", latin1)).toBe(false)
  expect(same("SELECT 'ä'", { ...latin1, characterSet: 'utf8mb3' })).toBe(true)
})
