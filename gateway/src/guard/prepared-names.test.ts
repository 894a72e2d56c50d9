import type { Analysis, Effect, Statement } from '@sallyport/core'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres } from '@sallyport/sql'
import { expect, it } from 'vitest'
import { opaque } from './postgres/opaque.ts'
import { PreparedNames } from './prepared-names.ts'

const analyser = await loadPostgres()
const analyse = (text: string): Analysis => analyser.analyse(text, DEFAULT_POSTGRES_SETTINGS)

function effects(analysis: Analysis): readonly Effect[] {
  const statements: readonly Statement[] = analysis.ok ? analysis.statements : []
  return statements.flatMap((statement) => [...statement.effects]).toSorted()
}

it('EXECUTE and FETCH have the effects of what they name, also within one text', () => {
  const names = new PreparedNames(() => undefined)
  expect(effects(names.resolve(analyse('EXECUTE q')))).toContain('unknown')
  names.note(analyse('PREPARE q AS DELETE FROM t'))
  names.note(analyse('DECLARE c CURSOR FOR SELECT 1'))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toEqual(['write'])
  expect(effects(names.resolve(analyse('FETCH c')))).toEqual(['read'])
  expect(effects(names.resolve(analyse('PREPARE r AS SELECT 1; EXECUTE r')))).not.toContain('unknown')
})

it('a name that may mean two things has the effects of both', () => {
  const names = new PreparedNames(() => undefined)
  names.note(analyse('PREPARE q AS SELECT 1'))
  names.note(analyse('PREPARE q AS DELETE FROM t'))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toEqual(['read', 'write'])
})

it('a name that is forgotten, or has too many meanings, is unknown, and stays so until it is taken away', () => {
  const names = new PreparedNames(() => undefined)
  for (let count = 0; count < 8; count++) names.note(analyse(`PREPARE q AS SELECT ${count}`))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toContain('unknown')
  names.note(analyse('PREPARE q AS SELECT 100'))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toContain('unknown')
  names.note(analyse('DEALLOCATE ALL'))
  names.note(analyse('PREPARE q AS SELECT 1'))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toEqual(['read'])
  names.note(analyse('DISCARD ALL'))
  expect(effects(names.resolve(analyse('EXECUTE q')))).toContain('unknown')
})

it('EXECUTE of what the protocol prepared has the effects of that', () => {
  const names = new PreparedNames((name) => (name === 'p' ? opaque('update', 'write') : undefined))
  expect(effects(names.resolve(analyse('EXECUTE p')))).toEqual(['write'])
})
