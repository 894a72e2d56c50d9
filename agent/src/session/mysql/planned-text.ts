import type { Analysis, Statement } from '@sallyport/core'
import type { MysqlPlanning } from '@sallyport/sql'
import type { ServerFacts } from '../../database/mysql/server-facts.ts'

/** What to ask the planner so that it says what a statement costs; or why it cannot be asked, for the user. */
export type PlannedText =
  | {
      readonly explain: string
      /** See `MysqlPlanning.wanted`. */
      readonly wanted: number | undefined
    }
  /** Nothing is read, so nothing costs. */
  | { readonly free: true }
  | { readonly failure: string }

export interface PlannedTextOptions {
  readonly flavour: ServerFacts['reading']['flavour']
  /** By the session's settings. */
  readonly read: (text: string) => Analysis | Promise<Analysis>
}

/**
 * The EXPLAIN of one statement. What an EXPLAIN ANALYZE or MariaDB's ANALYZE would run is explained in its place.
 *
 * These servers run parts of a statement while they plan it, under EXPLAIN too: MariaDB a stored function whose arguments are constant, and what assigns
 * variables; MySQL locks and assignments, and every query inside that gives one row, whatever that reads. What could be run is not planned.
 *
 * INVARIANT: what goes to the database is one EXPLAIN by the grammar, in which nothing is called but built-in functions that only read.
 *
 * @param planning of the one statement; undefined when nobody could tell
 */
export async function plannedText(
  text: string,
  analysis: Analysis | undefined,
  planning: MysqlPlanning | undefined,
  { flavour, read }: PlannedTextOptions,
): Promise<PlannedText> {
  if (analysis?.ok !== true || analysis.statements.length !== 1) return { failure: 'it is not one statement' }
  const statement = analysis.statements[0]!
  if (!PLANNED.has(statement.kind)) return { failure: `a statement of the kind ${statement.kind} is not planned` }
  if (planning?.explains === 'plan' || planning?.reads === false) return { free: true }
  const obstacle =
    obstacleTo(statement, text) ?? (flavour === 'mysql' ? obstacleInside(statement, planning) : undefined)
  if (obstacle !== undefined) return { failure: obstacle }
  const planned = planning?.explains === 'run' ? withoutAnalyze(text) : text
  const explain = `${flavour === 'mysql' ? 'EXPLAIN FORMAT=TRADITIONAL' : 'EXPLAIN'} ${planned ?? ''}`
  const asked = planned === undefined ? undefined : await read(explain)
  if (asked?.ok !== true || asked.statements.length !== 1 || asked.statements[0]?.kind !== 'explain') {
    return { failure: 'what is to be explained of it cannot be told' }
  }
  // MariaDB keeps the warnings of an EXPLAIN until a statement reads a table, and they quote values.
  const before = flavour === 'mysql' ? '' : 'SET STATEMENT max_error_count = 0 FOR '
  // It reads all the same, to count.
  const wanted = /sql_calc_found_rows/i.test(text) ? undefined : planning?.wanted
  return { explain: before + explain, wanted }
}

/** What planning would run, or would take away from the statement. */
function obstacleTo({ effects, functions, kind, relations }: Statement, text: string): string | undefined {
  const other = [...effects].find((effect) => effect !== 'read' && effect !== 'write')
  if (other !== undefined) return `planning could run what it sets or calls, whose effect is ${other}`
  for (const { name, effects } of functions) {
    const lower = name.toLowerCase()
    if (HELD.has(lower)) return `planning could run ${lower}`
    if (LEFT_BEHIND.has(lower)) return 'it asks what the statement before it left behind, which planning would change'
    if ([...effects].some((effect) => effect !== 'read')) return `planning could run ${lower}`
  }
  if (COUNTS.test(text)) return 'it asks what the statement before it left behind, which planning would change'
  const changes = kind === 'select' && relations.some(({ access }) => access === 'write')
  return changes ? 'planning could run what it changes' : undefined
}

function obstacleInside({ relations }: Statement, planning: MysqlPlanning | undefined): string | undefined {
  if (planning?.inner === 'one-row') return 'MySQL runs a query inside that gives one row while it plans'
  return planning === undefined && relations.some(({ access }) => access === 'read')
    ? 'it is too long to tell what planning would run'
    : undefined
}

/** Behind EXPLAIN ANALYZE, or MariaDB's ANALYZE, and the format; undefined when comments stand between. */
function withoutAnalyze(text: string): string | undefined {
  const [begun] = /^\s*(?:explain\s+)?analyze(?:\s+format\s*=\s*['"]?\w+['"]?)?\s*(?=[\s(])/i.exec(text) ?? []
  return begun === undefined ? undefined : text.slice(begun.length)
}

const PLANNED: ReadonlySet<string> = new Set([
  'select',
  'select-into',
  'insert',
  'replace',
  'update',
  'delete',
  'explain',
])
/** Functions that hold the connection. */
const HELD: ReadonlySet<string> = new Set([
  'sleep',
  'benchmark',
  'master_pos_wait',
  'master_gtid_wait',
  'source_pos_wait',
  'wait_for_executed_gtid_set',
  'wait_until_sql_thread_after_gtids',
])
const LEFT_BEHIND: ReadonlySet<string> = new Set(['row_count', 'found_rows'])
const COUNTS = /@@[\s\w.`]*(?:warning|error)_count/i
