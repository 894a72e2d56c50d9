import type { Analysis, Statement } from '@sallyport/core'
import type { NamedStatements } from '@sallyport/guardrails'

/** Bounds of what a session's names may take. */
export interface SessionNamesLimits {
  /** Names of prepared statements, and as many of cursors. A name beyond is not known. Default 1000. */
  readonly names: number
  /** Statements that one name may stand for. With more, it is not known. Default 16. */
  readonly statementsPerName: number
}

/**
 * What the prepared statements and cursors of one session may stand for.
 *
 * A statement is noted when it is sent, before anybody knows whether it succeeds, and a name is never forgotten: whatever the server makes of it, a
 * name stands for one of the statements noted for it. Rules are asked about all of them, so an EXECUTE passes only when each would.
 */
export class SessionNames implements NamedStatements {
  readonly #limits: SessionNamesLimits
  readonly #prepared = new Map<string, Entry>()
  readonly #cursors = new Map<string, Entry>()

  constructor(limits: Partial<SessionNamesLimits> = {}) {
    this.#limits = { names: 1000, statementsPerName: 16, ...limits }
  }

  /** Notes the names that a text gives: PREPARE and DECLARE. To be called for each text that is let pass. */
  note(analysis: Analysis): void {
    if (!analysis.ok) return
    for (const { session } of analysis.statements) {
      if (session?.type === 'prepare') this.#add(this.#prepared, session.name, session.statement)
      if (session?.type === 'declare') this.#add(this.#cursors, session.name, session.statement)
    }
  }

  /** Notes a statement that the protocol prepares under a name: PostgreSQL keeps both kinds of prepared statement under the same names. */
  notePrepared(name: string, analysis: Analysis): void {
    this.#add(this.#prepared, name, onlyStatement(analysis))
  }

  /** Notes a portal that the protocol opens under a name: PostgreSQL's FETCH takes it for a cursor. */
  notePortal(name: string, analysis: Analysis): void {
    this.#add(this.#cursors, name, onlyStatement(analysis))
  }

  readonly prepared = (name: string): readonly Statement[] => known(this.#prepared.get(name))

  readonly cursor = (name: string): readonly Statement[] => known(this.#cursors.get(name))

  #add(names: Map<string, Entry>, name: string, statement: Statement | 'unknown'): void {
    const entry = names.get(name)
    if (entry === undefined && names.size >= this.#limits.names) return
    if (entry === 'unknown') return
    const statements = entry ?? []
    if (statement !== 'unknown' && statements.includes(statement)) return
    const full = statements.length >= this.#limits.statementsPerName
    names.set(name, statement === 'unknown' || full ? 'unknown' : [...statements, statement])
  }
}

type Entry = readonly Statement[] | 'unknown'

function known(entry: Entry | undefined): readonly Statement[] {
  return entry === undefined || entry === 'unknown' ? [] : entry
}

/** An empty text prepares nothing that could do anything, but it is not worth a case of its own. */
function onlyStatement(analysis: Analysis): Statement | 'unknown' {
  if (!analysis.ok) return 'unknown'
  const [statement, another] = analysis.statements
  return statement === undefined || another !== undefined ? 'unknown' : statement
}
