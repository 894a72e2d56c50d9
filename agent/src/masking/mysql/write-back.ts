import type { Statement } from '@sallyport/core'
import { type Exposure, foldName, isDiagnostic, type Protection } from '@sallyport/masking'
import type { StatementFacts } from '../facts.ts'

/**
 * Whether a text would store a protected value where nothing protects it: `create table … as select ssn`, `insert … select`, `update … set name = ssn`,
 * `set @a = (select ssn …)`, `select ssn into @a`, a trigger or an event that copies. Such a text is refused: what it stored could be read under
 * another name.
 *
 * @param stored for each statement of the text the columns that it stores from; undefined when it cannot be told
 */
export function storesProtected(
  { parts, source }: StatementFacts,
  protection: Protection,
  stored: () => readonly (ReadonlySet<string> | 'all')[] | undefined,
): boolean {
  return parts.some(({ statement, exposure }, index) => {
    if (statement === undefined || exposure === 'none') return false
    if (keeps(statement, exposure, source?.text ?? '')) return true
    if (!changesRows(statement)) return false
    const columns = stored()?.[index] ?? 'all'
    if (columns === 'all') return reads(statement)
    return statement.relations.some(({ schema, name }) =>
      Array.from(columns).some((column) => protection.named(schema && foldName(schema), foldName(name), column)),
    )
  })
}

/** Statements that keep what they compute where the session, or anyone, can ask for it. */
function keeps(statement: Statement, exposure: Exposure, text: string): boolean {
  const { kind, functions, range } = statement
  // What the statement before had to say, into a variable.
  if (isDiagnostic(kind)) return kind === 'get-diagnostics'
  if (functions.some(({ name, effects }) => name === 'last_insert_id' && effects.has('session'))) return true
  // Sequences among them.
  if (functions.some(({ name, effects }) => LOCKS.has(name) || effects.has('write'))) return true
  // Under another name a rule would not find it.
  if (MOVING.test(kind) && RENAMES.test(text.slice(range.start, range.end))) return true
  // Code that no text shows taints the session, and what it left in variables is masked from then on.
  if (exposure === 'protected' && KEEPING.has(kind)) return true
  return text.slice(range.start, range.end).includes(':=')
}

function changesRows({ kind, effects, relations }: Statement): boolean {
  if (kind.endsWith('-view') || !relations.some(({ access }) => access === 'write')) return false
  return effects.has('write') || effects.has('ddl')
}

function reads({ relations }: Statement): boolean {
  return relations.some(({ access, columns }) => access === 'read' && (columns === 'all' || columns.length > 0))
}

/** Names of locks are shown to everyone. */
const LOCKS: ReadonlySet<string> = new Set(['get_lock', 'is_free_lock', 'is_used_lock', 'release_lock'])
/** Statements that may give a table or its columns another name, and the words by which they do. */
const MOVING = /^(?:alter-table|rename-table)$/
const RENAMES = /\b(?:rename|change|exchange)\b/i
/** Statements into variables, tables or files, and those that run later and unseen. */
const KEEPING: ReadonlySet<string> = new Set([
  'select-into',
  'set',
  'create-table-as',
  'create-trigger',
  'create-event',
  'alter-event',
])
