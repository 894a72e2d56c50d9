import { readdirSync, readFileSync } from 'node:fs'
import { casesOf } from '../../bypass/cases.ts'
import { split } from '../split.mjs'

type Dialect = 'postgres' | 'mysql'

/** The repository's statements of a dialect: the conformance cases, and the attack lists but for what takes memory and time. */
export function textsFor(dialect: Dialect): readonly string[] {
  const files = ['both', dialect].flatMap((folder) => {
    const directory = new URL(`../cases/${folder}/`, import.meta.url)
    return readdirSync(directory)
      .filter((name) => name.endsWith('.sql') && name !== 'application-schema.sql')
      .map((name) => readFileSync(new URL(name, directory), 'utf8'))
  })
  const attacks = [...casesOf(dialect).values()]
    .flat()
    .filter(
      ({ family, floor, repeat, why }) =>
        repeat === undefined && floor === undefined && family !== 'memory and time' && !why.includes('time limit'),
    )
    .map(({ sql }) => sql)
  return [...new Set([...files.flatMap((text) => split(text, dialect)), ...attacks])]
}
