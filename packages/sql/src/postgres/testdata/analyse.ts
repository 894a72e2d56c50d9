import type { Effect, Statement } from '@sallyport/core'
import { loadPostgres } from '../analyser.ts'
import { DEFAULT_POSTGRES_SETTINGS, type PostgresSettings } from '../settings.ts'

/** One analyser for every test of a file. */
export const postgres = await loadPostgres()

/** The statements of a text that must parse. */
export function statements(text: string, settings: Partial<PostgresSettings> = {}): readonly Statement[] {
  const analysis = postgres.analyse(text, { ...DEFAULT_POSTGRES_SETTINGS, ...settings })
  if (!analysis.ok) throw new Error(`${analysis.failure.code}: ${analysis.failure.message}: ${text}`)
  return analysis.statements
}

/** The only statement of a text. */
export function statement(text: string, settings: Partial<PostgresSettings> = {}): Statement {
  const [first, ...more] = statements(text, settings)
  if (first === undefined || more.length > 0) throw new Error(`not one statement: ${text}`)
  return first
}

/** Effects in the order of the alphabet, of all statements of a text. */
export function effects(text: string, settings: Partial<PostgresSettings> = {}): string {
  return [...new Set(statements(text, settings).flatMap((each) => [...each.effects]))].sort(byText).join(' ')
}

/** What a read-only connection refuses. */
export const REFUSED: readonly Effect[] = ['write', 'ddl', 'dcl', 'file', 'network', 'admin', 'procedural', 'unknown']

/** Whether a read-only connection refuses one of the statements for what it does, or for taking the session out of its bounds. */
export function isRefused(text: string): boolean {
  const analysis = postgres.analyse(text, DEFAULT_POSTGRES_SETTINGS)
  if (!analysis.ok) return true
  return analysis.statements.some(
    (each) => REFUSED.some((effect) => each.effects.has(effect)) || (each.session?.type === 'set' && each.kind !== 'show'),
  )
}

/** Relations as `schema.name:access(columns)`, in the order of the alphabet. */
export function relations(text: string, settings: Partial<PostgresSettings> = {}): readonly string[] {
  return statements(text, settings)
    .flatMap((each) => each.relations)
    .map(({ schema, name, access, columns }) => {
      const list = columns === 'all' ? '*' : [...columns].sort(byText).join(',')
      return `${schema === undefined ? '' : `${schema}.`}${name}:${access}(${list})`
    })
    .sort(byText)
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
