import { describe, expect, test } from 'vitest'
import { statement } from './testdata/analyse.ts'

describe('session changes', () => {
  test.each<[string, unknown]>([
    ['SELECT 1', undefined],
    [
      "SET statement_timeout = '5s'",
      { type: 'set', name: 'statement_timeout', value: { literal: '5s' }, local: false },
    ],
    ['SET LOCAL lock_timeout TO 500', { type: 'set', name: 'lock_timeout', value: { literal: '500' }, local: true }],
    ['SET Work_Mem TO DEFAULT', { type: 'set', name: 'work_mem', value: 'default', local: false }],
    ['RESET work_mem', { type: 'set', name: 'work_mem', value: 'default', local: false }],
    ['SET a.b FROM CURRENT', { type: 'set', name: 'a.b', value: 'unknown', local: false }],
    ['SET enable_seqscan = off', { type: 'set', name: 'enable_seqscan', value: { literal: 'off' }, local: false }],
    ['SET search_path = a, "B c"', { type: 'set', name: 'search_path', value: { literal: 'a, "B c"' }, local: false }],
    ["SET search_path = 'a, b'", { type: 'set', name: 'search_path', value: { literal: '"a, b"' }, local: false }],
    ["SET TIME ZONE 'UTC'", { type: 'set', name: 'timezone', value: { literal: 'UTC' }, local: false }],
    ["SET TIME ZONE INTERVAL '1' HOUR", { type: 'set', name: 'timezone', value: 'unknown', local: false }],
    ["SET NAMES 'UTF8'", { type: 'set', name: 'client_encoding', value: { literal: 'UTF8' }, local: false }],
    ['SET ROLE x', { type: 'set', name: 'role', value: { literal: 'x' }, local: false }],
    ['RESET SESSION AUTHORIZATION', { type: 'set', name: 'session_authorization', value: 'default', local: false }],
    ['RESET ALL', { type: 'reset-all' }],
    ['DISCARD ALL', { type: 'reset-all' }],
    ['DISCARD PLANS', undefined],
    ['BEGIN', undefined],
    ['BEGIN READ WRITE', { type: 'set', name: 'transaction_read_only', value: { literal: 'off' }, local: true }],
    [
      'START TRANSACTION READ ONLY',
      { type: 'set', name: 'transaction_read_only', value: { literal: 'on' }, local: true },
    ],
    [
      'SET TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE, READ WRITE',
      { type: 'set', name: 'transaction_read_only', value: { literal: 'off' }, local: true },
    ],
    [
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
      { type: 'set', name: 'default_transaction_read_only', value: { literal: 'off' }, local: false },
    ],
    [
      "SELECT set_config('Work_Mem', '1GB', false)",
      { type: 'set', name: 'work_mem', value: { literal: '1GB' }, local: false },
    ],
    ["SELECT set_config('a.b', x, true) FROM t", { type: 'set', name: 'a.b', value: 'unknown', local: true }],
    [
      "SELECT set_config(name, 'view', false) FROM pg_settings WHERE name = 'x'",
      { type: 'set', name: 'x', value: { literal: 'view' }, local: false },
    ],
    ["SELECT set_config(name, 'view', false) FROM pg_settings WHERE name = 'x' OR true", undefined],
    ['EXECUTE p(1)', { type: 'execute', name: 'p' }],
    ['DEALLOCATE p', { type: 'deallocate', name: 'p' }],
    ['DEALLOCATE ALL', { type: 'deallocate', name: undefined }],
    ['FETCH 10 FROM c', { type: 'fetch', name: 'c' }],
    ['MOVE 10 FROM c', { type: 'fetch', name: 'c' }],
    ['CLOSE c', { type: 'close', name: 'c' }],
    ['CLOSE ALL', { type: 'close', name: undefined }],
    ['COPY t FROM STDIN', { type: 'copy', direction: 'in', format: 'text' }],
    ['COPY t TO STDOUT CSV', { type: 'copy', direction: 'out', format: 'csv' }],
    ['COPY t TO STDOUT (FORMAT binary)', { type: 'copy', direction: 'out', format: 'binary' }],
    ['COPY t TO STDOUT (FORMAT other)', { type: 'copy', direction: 'out', format: 'unknown' }],
    ["COPY t TO '/tmp/x'", undefined],
  ])('%s: %j', (sql, expected) => {
    expect(statement(sql).session).toEqual(expected)
  })

  test('PREPARE and DECLARE carry the facts of what they name', () => {
    const prepare = statement('PREPARE "P" AS DELETE FROM t').session
    expect(prepare).toMatchObject({ type: 'prepare', name: 'P', statement: { kind: 'delete', where: 'absent' } })
    const declare = statement('DECLARE c CURSOR FOR SELECT a FROM t').session
    expect(declare).toMatchObject({ type: 'declare', name: 'c', statement: { kind: 'select', limit: 'absent' } })
  })

  test('a set_config that the text does not show in full is unknown', () => {
    for (const sql of [
      "SELECT set_config(a, 'x', false) FROM t",
      "SELECT set_config('a.b', 'x', false), set_config('a.c', 'x', false)",
      "SELECT 1 WHERE set_config('a.b', 'x', false) = 'x'",
      "INSERT INTO t SELECT set_config('a.b', 'x', false)",
    ]) {
      expect(statement(sql).effects.has('unknown')).toBe(true)
    }
    expect([...statement("SELECT set_config('a.b', 'x', false)").effects].sort()).toEqual(['read', 'session'])
    expect([...statement("SELECT set_config('role', 'x', false)").effects].sort()).toEqual(['dcl', 'read', 'session'])
    expect(statement("SELECT set_config('standard_conforming_strings', 'off', false)").effects.has('unknown')).toBe(
      true,
    )
  })
})
