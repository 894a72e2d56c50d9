import { describe, expect, it } from 'vitest'
import { checkSettings, isSettingRefusal, parseIdentifierList, parseTimeoutMs } from './startup-settings.ts'

function check(name: string, value: string): string | undefined {
  const result = checkSettings([{ name, value }])
  return isSettingRefusal(result) ? undefined : [...result.values()][0]
}

describe('settings', () => {
  it.each([
    ['client_encoding', 'UTF8', 'UTF8'],
    ['client_encoding', "'utf-8'", 'UTF8'],
    ['client_encoding', 'SQL_ASCII', 'UTF8'],
    ['DateStyle', 'ISO, DMY', 'ISO, DMY'],
    ['APPLICATION_NAME', 'psql', 'psql'],
    ['extra_float_digits', '2', '2'],
    ['statement_timeout', '5s', '5000'],
    ['statement_timeout', '1.5min', '90000'],
    ['search_path', '"$user", public', '"$user", public'],
    ['search_path', 'pg_catalog, shop, pg_temp', 'pg_catalog, shop, pg_temp'],
    ['search_path', '', ''],
    ['standard_conforming_strings', 'ON', 'on'],
    ['default_transaction_read_only', 'on', 'on'],
    ['client_min_messages', 'Warning', 'warning'],
  ])('%s = %j goes on as %j', (name, value, form) => {
    expect(check(name, value)).toBe(form)
  })

  it.each([
    ['role', 'postgres'],
    ['session_authorization', 'postgres'],
    ['standard_conforming_strings', 'off'],
    ['standard_conforming_strings', 'of'],
    ['default_transaction_read_only', 'off'],
    ['transaction_read_only', 'off'],
    ['client_encoding', 'GBK'],
    ['client_encoding', 'SJIS'],
    ['client_encoding', 'LATIN1'],
    ['client_min_messages', 'debug5'],
    ['search_path', 'evil, pg_catalog'],
    ['search_path', 'pg_temp, public'],
    ['search_path', 'public, "pg_temp_3"'],
    ['search_path', 'public,,x'],
    ['search_path', '"public'],
    ['statement_timeout', '-1'],
    ['statement_timeout', '0x10'],
    ['statement_timeout', '99999999999'],
    ['session_preload_libraries', 'auto_explain'],
    ['local_preload_libraries', 'x'],
    ['log_statement', 'all'],
    ['row_security', 'off'],
    ['__proto__', 'x'],
    ['constructor', 'x'],
    ['application_name', 'a\u0000b'],
    ['application_name', 'x'.repeat(2000)],
    // A letter that folds to ASCII elsewhere must not fold here.
    ['client_enco\u212Aing', 'UTF8'],
    ['application_\u0130name', 'x'],
  ])('%s = %j is refused', (name, value) => {
    expect(check(name, value)).toBeUndefined()
  })

  it('a later setting of a name replaces an earlier one', () => {
    const result = checkSettings([
      { name: 'geqo', value: 'on' },
      { name: 'GEQO', value: 'off' },
    ])
    expect(result).toEqual(new Map([['geqo', 'off']]))
  })

  it('a refusal shows no control character and no endless name', () => {
    const result = checkSettings([{ name: `\u001b[31m${'x'.repeat(500)}`, value: 'secret' }])
    expect(isSettingRefusal(result) && result.name).toMatch(/^\?\[31mx{58}$/u)
    expect(JSON.stringify(result)).not.toContain('secret')
  })
})

describe('time-outs', () => {
  it.each([
    ['0', 0],
    ['10', 10],
    [' 10 ms ', 10],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['500us', 1],
  ])('%j is %d ms', (text, timeoutMs) => {
    expect(parseTimeoutMs(text)).toBe(timeoutMs)
  })

  it.each(['', 's', '1x', '1e3', '1 2', 'NaN', '25d', '+1'])('%j is refused', (text) => {
    expect(parseTimeoutMs(text)).toBeUndefined()
  })
})

describe('identifier lists', () => {
  it.each([
    ['A, "B""c" ,d', ['a', 'B"c', 'd']],
    ['', []],
    [' x ', ['x']],
    ['"a,b"', ['a,b']],
  ])('%j reads as %j', (text, names) => {
    expect(parseIdentifierList(text)).toEqual(names)
  })

  it.each([',', 'a,', 'a b', '""', 'a"b"', '"a'])('%j is refused', (text) => {
    expect(parseIdentifierList(text)).toBeUndefined()
  })
})
