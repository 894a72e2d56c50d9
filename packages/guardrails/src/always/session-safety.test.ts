import { describe, expect, it } from 'vitest'
import { ask, call, facts, set } from '../testdata/facts.ts'
import { sessionSafety } from './session-safety.ts'

const judged = (...change: Parameters<typeof set>): string | undefined =>
  sessionSafety.judge(ask(facts({ kind: 'set', session: set(...change) })))?.message

describe('the session safety', () => {
  it.each([
    ['standard_conforming_strings', 'off'],
    ['Standard_Conforming_Strings', 'f'],
    ['client_encoding', 'GBK'],
    ['client_encoding', 'SQL_ASCII'],
    ['client_encoding', 'LATIN1'],
    ['search_path', 'public, pg_catalog'],
    ['search_path', '"$user", public, "pg_catalog"'],
    ['search_path', 'pg_catalog, public, pg_catalog'],
  ])('refuses %s = %s', (name, value) => {
    expect(judged(name, value)).toContain('the session rests on it')
  })

  it.each([
    ['standard_conforming_strings', 'on'],
    ['standard_conforming_strings', 'TRUE'],
    ['client_encoding', 'UTF8'],
    ['client_encoding', 'utf-8'],
    ['client_encoding', 'unicode'],
    ['search_path', ''],
    ['search_path', 'public, pg_temp'],
    ['search_path', 'pg_catalog, public'],
    ['datestyle', 'ISO'],
    ['__proto__', 'x'],
    ['constructor', 'x'],
  ])('leaves alone %s = %s', (name, value) => {
    expect(judged(name, value)).toBeUndefined()
  })

  it('refuses a value that the text does not tell, and takes the default for what the session began with', () => {
    expect(judged('search_path', { is: 'unknown' })).toBeDefined()
    expect(judged('search_path', { is: 'default' })).toBeUndefined()
    expect(judged('datestyle', { is: 'unknown' })).toBeUndefined()
  })

  it('refuses a set_config that the facts do not show, wherever it stands', () => {
    const hidden = facts({ functions: [call('set_config')], effects: ['read', 'unknown'] })
    expect(sessionSafety.judge(ask(hidden))).toBeDefined()
    const behind = { ...hidden, session: set('application_name', 'x') }
    expect(sessionSafety.judge(ask(behind))).toBeDefined()
  })

  it('refuses character sets of MySQL in which a quote can hide', () => {
    const mysql = (name: string, value: string): unknown =>
      sessionSafety.judge(ask({ ...facts({ session: set(name, value) }), dialect: 'mysql' }))
    expect(mysql('names', 'gbk')).toBeDefined()
    expect(mysql('character_set_client', 'sjis')).toBeDefined()
    expect(mysql('names', 'utf8mb4')).toBeUndefined()
    expect(mysql('sql_mode', 'ANSI_QUOTES')).toBeUndefined()
  })

  it('judges each of several assignments by itself, and lets pass what clients say when they connect', () => {
    const mysql = (...changes: readonly ReturnType<typeof set>[]): unknown =>
      sessionSafety.judge(ask({ ...facts({ session: { type: 'several', changes } }), dialect: 'mysql' }))
    expect(
      mysql(set('autocommit', '1'), set('sql_mode', 'STRICT_TRANS_TABLES'), set('names', 'utf8mb4')),
    ).toBeUndefined()
    expect(mysql(set('autocommit', '1'), set('names', 'gbk'))).toBeDefined()
    expect(mysql(set('time_zone', { is: 'unknown' }), set('character_set_connection', { is: 'unknown' }))).toBeDefined()
    // The server is asked what it is now, before anything else is read.
    expect(mysql(set('time_zone', { is: 'unknown' }), set('sql_mode', { is: 'unknown' }))).toBeUndefined()
    expect(mysql(set('autocommit', '1'), { type: 'reset-all' })).toBeDefined()
  })
})
