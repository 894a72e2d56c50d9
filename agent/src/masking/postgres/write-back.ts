import type { Statement } from '@sallyport/core'
import type { Protection } from '@sallyport/masking'
import type { PartFacts, StatementFacts } from '../facts.ts'

/**
 * Whether a text would store a protected value where nothing protects it.
 *
 * @param storedColumns for each statement of a text the columns that it stores from; undefined when it cannot be told
 */
export function storesProtectedText(
  { source, parts }: StatementFacts,
  protection: Protection,
  storedColumns: (text: string) => readonly (ReadonlySet<string> | 'all')[] | undefined,
): boolean {
  if (source === undefined || !parts.some(({ statement }) => statement !== undefined && stores(statement))) return false
  const stored = storedColumns(source.text)
  return parts.some((part, index) => storesProtected(part, stored?.[index] ?? 'all', protection))
}

/**
 * Whether a statement would store a protected value where nothing protects it: `create table … as select ssn`, `insert … select`,
 * `update … set name = ssn`, `select setval('s', ssn)`. Such a statement is refused: what it wrote could be read under another name.
 *
 * @param stored the columns that the statement takes from what it stores
 */
function storesProtected(part: PartFacts, stored: ReadonlySet<string> | 'all', protection: Protection): boolean {
  const { statement, exposure } = part
  if (statement === undefined || exposure === 'none' || !stores(statement)) return false
  if (stored === 'all') return true
  return statement.relations.some(({ schema, name }) =>
    Array.from(stored).some((column) => protection.named(schema, name, column) !== undefined),
  )
}

/** Whether the statement writes values at all. A view stores none, and its columns are protected as what it reads. */
function stores(statement: Statement): boolean {
  const { kind, effects, functions, relations } = statement
  if (kind.endsWith('view')) return false
  // The key of an advisory lock is a number that pg_locks shows to everyone.
  if (functions.some(({ name }) => ADVISORY.test(name))) return true
  if (!effects.has('write')) return false
  if (kind !== 'select') return true
  // SELECT … FOR UPDATE counts as a write, and stores nothing.
  return (
    functions.some(({ effects }) => effects.has('write')) ||
    relations.some(({ access }) => access === 'write') ||
    !relations.some(({ access }) => access === 'read')
  )
}

const ADVISORY = /^pg_(?:try_)?advisory_/
