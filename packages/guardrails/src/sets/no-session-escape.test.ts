import { describe, expect, it } from 'vitest'
import { facts, matchesAny, set } from '../testdata/facts.ts'
import { noSessionEscape } from './no-session-escape.ts'

const escapes = (...change: Parameters<typeof set>): boolean =>
  matchesAny(noSessionEscape, facts({ kind: 'set', effects: ['session'], session: set(...change) }))

describe('no-session-escape', () => {
  it.each([
    ['statement_timeout', '0'],
    ['role', 'postgres'],
    ['role', 'none'],
    ['session_authorization', 'postgres'],
    ['transaction_read_only', 'off'],
    ['default_transaction_read_only', 'false'],
    ['search_path', 'evil, public'],
    ['session_replication_role', 'replica'],
    ['row_security', 'off'],
    ['sql_mode', ''],
    ['max_execution_time', '0'],
  ])('refuses %s = %s', (name, value) => {
    expect(escapes(name, value)).toBe(true)
  })

  it.each([
    ['datestyle', 'ISO'],
    ['timezone', 'UTC'],
    ['client_encoding', 'UTF8'],
    ['application_name', 'psql'],
    ['transaction_read_only', 'on'],
    ['lock_timeout', '5s'],
  ])('leaves alone %s = %s, as drivers set it', (name, value) => {
    expect(escapes(name, value)).toBe(false)
  })
})
