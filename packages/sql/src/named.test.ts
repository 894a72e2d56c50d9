import type { Statement } from '@sallyport/core'
import { expect, test } from 'vitest'
import { resolveNamed } from './named.ts'
import { statement } from './postgres/testdata/analyse.ts'

const named = (sql: string): Statement => {
  const { session } = statement(sql)
  if ((session?.type !== 'prepare' && session?.type !== 'declare') || session.statement === 'unknown')
    throw new Error(sql)
  return session.statement
}

test('EXECUTE has the facts of the statement that was prepared', () => {
  const resolved = resolveNamed(statement('EXECUTE p'), named('PREPARE p AS DELETE FROM t'))
  expect([...resolved.effects]).toEqual(['write'])
  expect(resolved).toMatchObject({ kind: 'execute', where: 'absent', relations: [{ name: 't', access: 'write' }] })
  expect([...resolveNamed(statement('EXECUTE p(f())'), named('PREPARE p AS SELECT 1')).effects].sort()).toEqual([
    'read',
    'unknown',
  ])
})

test('FETCH has the effects and relations of its cursor, and a limit of its own', () => {
  const resolved = resolveNamed(statement('FETCH 10 FROM c'), named('DECLARE c CURSOR FOR SELECT a FROM t'))
  expect([...resolved.effects]).toEqual(['read'])
  expect(resolved).toMatchObject({ kind: 'fetch', limit: 10, relations: [{ name: 't', columns: ['a'] }] })
})

test('a name that nobody knows stays unknown', () => {
  for (const sql of ['EXECUTE p', 'FETCH c']) {
    for (const known of [undefined, 'unknown'] as const) {
      expect(resolveNamed(statement(sql), known).effects.has('unknown')).toBe(true)
    }
  }
})

test('every other statement stays as it is', () => {
  const select = statement('SELECT 1')
  expect(resolveNamed(select, named('PREPARE p AS DELETE FROM t'))).toBe(select)
})
