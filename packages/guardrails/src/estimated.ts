import type { Statement } from '@sallyport/core'

/**
 * Whether a statement is planned, so that it has a cost before it runs. What prepares or defines has none: it costs when it is used. A COPY that
 * stores what the client sends has none either.
 */
export function isEstimated({ kind, session }: Statement): boolean {
  if (session?.type === 'copy') return session.direction === 'out'
  return ESTIMATED.has(kind)
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
