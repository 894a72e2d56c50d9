import { readFileSync } from 'node:fs'
import { split } from '../conformance/split.mjs'

type Dialect = 'postgres' | 'mysql'

/** What makes the tables that the ordinary statements read, one statement each. */
export function ordinarySchema(dialect: Dialect): readonly string[] {
  return statementsOf('both/application-schema', dialect)
}

/** Ordinary statements of applications, and what others have refused without need, by where they stand. */
export function ordinaryStatements(dialect: Dialect): ReadonlyMap<string, readonly string[]> {
  const files = [
    'both/application-wholesale',
    'both/application-retail',
    'both/application-rentals',
    `${dialect}/application-queries`,
    `${dialect}/allowed`,
  ]
  return new Map(files.map((file) => [file, statementsOf(file, dialect)]))
}

function statementsOf(file: string, dialect: Dialect): readonly string[] {
  return split(readFileSync(new URL(`../conformance/cases/${file}.sql`, import.meta.url), 'utf8'), dialect)
}
