import { foldName } from '@sallyport/masking'
import { DEFAULT_MYSQL_SETTINGS, loadMysql } from '@sallyport/sql'
import type { ServerFacts } from '../../database/mysql/server-facts.ts'

/** What a view is made of. */
export interface ViewSources {
  /** Names are folded. */
  readonly reads: readonly { readonly schema: string; readonly name: string }[]
  /** What may read anything: stored functions, or a word that says that the definition could not be read. */
  readonly functions: readonly string[]
}

/**
 * Reads the definition of a view. A server keeps no record of what a view reads, or shows it to few accounts; the definition itself has every name with
 * its schema.
 */
export function readView(definition: string, schema: string, { reading }: ServerFacts): ViewSources {
  if (definition === '') return { reads: [], functions: ['hidden definition'] }
  const analysis = analyser.analyse(definition, {
    ...DEFAULT_MYSQL_SETTINGS,
    ...reading,
    sqlMode: new Set(),
    database: schema,
  })
  const [statement] = analysis.ok ? analysis.statements : []
  if (!analysis.ok || statement === undefined || analysis.statements.length > 1) {
    return { reads: [], functions: ['unreadable definition'] }
  }
  const blind = BLIND_EFFECTS.some((effect) => statement.effects.has(effect))
  return {
    reads: statement.relations.map((relation) => ({
      schema: foldName(relation.schema ?? schema),
      name: foldName(relation.name),
    })),
    functions: blind ? ['code that the definition does not show'] : [],
  }
}

const analyser = loadMysql()
const BLIND_EFFECTS = ['unknown', 'procedural', 'file', 'network'] as const
