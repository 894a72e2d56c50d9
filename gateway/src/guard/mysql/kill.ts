import type { Analysis, Statement } from '@sallyport/core'

/** What a KILL asks for: to end a session, or what it runs now. */
export interface KillRequest {
  readonly what: 'connection' | 'query'
  /** Undefined for an id that the text does not show as a number: nobody here can tell whose it is. */
  readonly id: number | undefined
}

/** The KILL that a text is; undefined for a text that is none, or more than that. */
export function killOf(text: string, analysis: Analysis): KillRequest | undefined {
  if (!analysis.ok || analysis.statements.length !== 1) return undefined
  const [only] = analysis.statements
  if (only?.kind !== 'kill') return undefined
  const { start, end } = only.range
  const [, query, digits] = KILL.exec(text.slice(start, end)) ?? []
  const what = query === undefined ? 'connection' : 'query'
  return { what, id: digits === undefined ? undefined : Number(digits) }
}

/** Whether a statement is a KILL, prepares one, or runs one that is inside it. */
export function killsSomebody({ kind, session, effects }: Statement): boolean {
  const held = session?.type === 'prepare' && session.statement !== 'unknown' ? session.statement : undefined
  return kind === 'kill' || (held !== undefined && killsSomebody(held)) || (AROUND.has(kind) && effects.has('admin'))
}

/** MariaDB's statements around others, of which only the effects show. */
const AROUND: ReadonlySet<string> = new Set(['execute-immediate', 'begin-not-atomic'])
// MariaDB: KILL [HARD | SOFT] [CONNECTION | QUERY] id. A query by its own number (QUERY ID) is nothing that a client of ours can know.
const KILL = /^KILL\s+(?:(?:HARD|SOFT)\s+)?(?:CONNECTION\s+|(QUERY)\s+)?(\d{1,10})$/i
