import type { Effect, Statement } from '@sallyport/core'
import { loadMysql } from '../analyser.ts'
import { DEFAULT_MARIADB_SETTINGS, DEFAULT_MYSQL_SETTINGS, type MysqlSettings } from '../settings.ts'

/** One analyser for every test of a file. */
export const mysql = loadMysql()

/** Settings of MySQL 9, or what a test changes of them; `flavour: 'mariadb'` begins with MariaDB's. */
export function settingsOf(changes: Partial<MysqlSettings> = {}): MysqlSettings {
  const base = changes.flavour === 'mariadb' ? DEFAULT_MARIADB_SETTINGS : DEFAULT_MYSQL_SETTINGS
  return { ...base, ...changes }
}

/** The statements of a text that must parse. */
export function statements(text: string, changes: Partial<MysqlSettings> = {}): readonly Statement[] {
  const analysis = mysql.analyse(text, settingsOf(changes))
  if (!analysis.ok) throw new Error(`${analysis.failure.code}: ${analysis.failure.message}: ${text}`)
  return analysis.statements
}

/** The only statement of a text. */
export function statement(text: string, changes: Partial<MysqlSettings> = {}): Statement {
  const [first, ...more] = statements(text, changes)
  if (first === undefined || more.length > 0) throw new Error(`not one statement: ${text}`)
  return first
}

/** Effects in the order of the alphabet, of all statements of a text. */
export function effects(text: string, changes: Partial<MysqlSettings> = {}): string {
  return [...new Set(statements(text, changes).flatMap((each) => [...each.effects]))].sort(byText).join(' ')
}

/** Why a text has no statements; undefined when it has. */
export function failure(text: string, changes: Partial<MysqlSettings> = {}): string | undefined {
  const analysis = mysql.analyse(text, settingsOf(changes))
  return analysis.ok ? undefined : analysis.failure.code
}

/** Relations as `schema.name:access(columns)`, in the order of the alphabet. */
export function relations(text: string, changes: Partial<MysqlSettings> = {}): readonly string[] {
  return statements(text, changes)
    .flatMap((each) => each.relations)
    .map(({ schema, name, access, columns }) => {
      const list = columns === 'all' ? '*' : [...columns].sort(byText).join(',')
      return `${schema === undefined ? '' : `${schema}.`}${name}:${access}(${list})`
    })
    .sort(byText)
}

/** What a read-only connection refuses. */
const REFUSED: readonly Effect[] = ['write', 'ddl', 'dcl', 'file', 'network', 'admin', 'procedural', 'unknown']

/** Whether a read-only connection refuses a text for what it does, or cannot read it. */
export function isRefused(text: string, changes: Partial<MysqlSettings> = {}): boolean {
  const analysis = mysql.analyse(text, settingsOf(changes))
  if (!analysis.ok) return true
  return analysis.statements.some((each) => REFUSED.some((effect) => each.effects.has(effect)))
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
