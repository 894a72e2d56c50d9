import type { Statement } from '@sallyport/core'

/**
 * Whether a statement is planned, so that it has a cost before it runs. What prepares or defines has none: it costs when it is used. A COPY that
 * stores what the client sends has none either.
 */
export function isEstimated(statement: Statement): boolean {
  const { dialect, kind, relations, session } = statement
  if (session?.type === 'copy') return session.direction === 'out'
  if (ESTIMATED.has(kind)) return true
  if (dialect === 'postgres') return false
  // In MySQL an expression may be a query nearly everywhere. None of these can be planned, and each of them may read anything.
  if (UNPLANNED.has(kind)) return true
  const reads = relations.filter(({ access }) => access === 'read').length
  if (NAMING.test(kind)) return reads > 1 || compares(statement)
  return reads > 0 && (EVALUATING.has(kind) || kind.startsWith('show-'))
}

/** Whether it compares columns of tables, or calls anything: a SHOW compares the columns of its own result, which are not among them. */
function compares({ functions, predicates }: Statement): boolean {
  return functions.length > 0 || predicates === 'unknown' || predicates.length > 0
}

/** Kinds of both dialects. EXPLAIN is among them because its ANALYZE runs what it explains. */
const ESTIMATED: ReadonlySet<string> = new Set([
  'select',
  'select-into',
  'insert',
  'replace',
  'update',
  'delete',
  'merge',
  'declare',
  'execute',
  'explain',
  'create-table-as',
  'create-materialized-view',
  'copy',
])

/** MySQL's and MariaDB's statements that run others, or read a table row by row. */
const UNPLANNED: ReadonlySet<string> = new Set([
  'begin-not-atomic',
  'execute-immediate',
  'handler-read',
  'set-statement',
])
/** Those that work out expressions. */
const EVALUATING: ReadonlySet<string> = new Set(['call', 'do', 'kill', 'set', 'signal', 'resignal'])
/** SHOW of one table, which is no more read than in a description. */
const NAMING = /^show-(?:columns|create|indexes)$/
