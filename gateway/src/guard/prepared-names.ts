import type { Analysis, SessionChange, Statement } from '@sallyport/core'
import { opaqueStatement } from './opaque.ts'

/**
 * What the names of a session stand for that SQL gives: PREPARE and DECLARE. EXECUTE and FETCH have the effects of what they name, and a name
 * that nobody remembers has unknown ones.
 *
 * A name keeps every meaning it may have: whether a PREPARE succeeded is not waited for, so an older meaning may still stand.
 */
export class PreparedNames {
  readonly #statements = new Map<string, readonly Statement[]>()
  readonly #cursors = new Map<string, readonly Statement[]>()
  /** What a name of the protocol's own Parse stands for; SQL's EXECUTE can run it, too. */
  readonly #parsed: (name: string) => Analysis | undefined

  constructor(parsed: (name: string) => Analysis | undefined) {
    this.#parsed = parsed
  }

  /** What a protocol Bind of a name would run that no Parse prepared. */
  statement(name: string): Analysis {
    return analysisOf(this.#statements.get(name))
  }

  /** What a protocol Execute of a portal would fetch that no Bind made. */
  cursor(name: string): Analysis {
    return analysisOf(this.#cursors.get(name))
  }

  /** The same statements, with each EXECUTE and FETCH standing for what it names, as it will be when the text before it has run. */
  resolve(analysis: Analysis): Analysis {
    if (!analysis.ok || !analysis.statements.some(({ session }) => session !== undefined && NAMING.has(session.type))) {
      return analysis
    }
    const statements = new Map(this.#statements)
    const cursors = new Map(this.#cursors)
    const resolved = analysis.statements.map((statement) => {
      const { session } = statement
      noteIn(statements, cursors, statement)
      if (session?.type === 'fetch') return standingFor(statement, cursors.get(session.name))
      if (session?.type !== 'execute') return statement
      const parsed = this.#parsed(session.name)
      const named = statements.get(session.name)
      if (parsed === undefined) return standingFor(statement, named)
      return standingFor(statement, parsed.ok ? [...parsed.statements, ...(named ?? [])] : undefined)
    })
    return { ok: true, statements: resolved }
  }

  /** What the statements do may have changed: their names are unknown until they are prepared anew. Cursors have been planned. */
  forgetStatements(): void {
    this.#statements.clear()
  }

  /** The session is reset: all names are gone. */
  clear(): void {
    this.#statements.clear()
    this.#cursors.clear()
  }

  /** A text was forwarded: what it names is remembered. */
  note(analysis: Analysis): void {
    if (!analysis.ok) return
    for (const statement of analysis.statements) noteIn(this.#statements, this.#cursors, statement)
  }
}

function noteIn(statements: Names, cursors: Names, { session }: Statement): void {
  switch (session?.type) {
    case 'prepare':
      remember(statements, session.name, session.statement)
      break
    case 'declare':
      remember(cursors, session.name, session.statement)
      break
    case 'deallocate':
      forget(statements, session.name)
      break
    case 'close':
      forget(cursors, session.name)
      break
    case 'reset-all':
      statements.clear()
      cursors.clear()
      break
    // Only MySQL changes several at once.
    case 'several':
    case 'set':
    case 'execute':
    case 'fetch':
    case 'copy':
    case undefined:
      break
  }
}

function remember(names: Names, name: string, statement: Statement | 'unknown'): void {
  const before = names.get(name) ?? []
  if (before.length === 0 && names.size >= MAX_NAMES) return
  // Too many meanings, or one that is not known, is no meaning: an empty list resolves to nothing, and stays.
  if (statement === 'unknown' || before.length >= MAX_MEANINGS || names.get(name)?.length === 0) {
    names.set(name, [])
    return
  }
  if (!before.includes(statement)) names.set(name, [...before, statement])
}

function forget(names: Names, name: string | undefined): void {
  if (name === undefined) names.clear()
  else names.delete(name)
}

function analysisOf(meanings: readonly Statement[] | undefined): Analysis {
  return meanings === undefined || meanings.length === 0 ? UNKNOWN : { ok: true, statements: meanings }
}

/** A statement with the effects, relations and functions of everything it may stand for. */
function standingFor(statement: Statement, meanings: readonly Statement[] | undefined): Statement {
  if (meanings === undefined || meanings.length === 0) return statement
  return {
    ...statement,
    effects: new Set(meanings.flatMap(({ effects }) => [...effects])),
    relations: meanings.flatMap(({ relations }) => relations),
    functions: meanings.flatMap(({ functions }) => functions),
    session: changesOf(meanings),
  }
}

/** The settings that the meanings change: MySQL prepares SET, too. Which of several meanings it is nobody knows, nor then what value they get. */
function changesOf(meanings: readonly Statement[]): SessionChange | undefined {
  const sets = meanings.flatMap(({ session }) =>
    session?.type === 'several' ? session.changes : session?.type === 'set' ? [session] : [],
  )
  if (sets.length === 0) return undefined
  if (meanings.length === 1) return sets.length === 1 ? sets[0] : { type: 'several', changes: sets }
  const changes = sets.map((change) => (change.type === 'set' ? { ...change, value: 'unknown' as const } : change))
  return { type: 'several', changes }
}

type Names = Map<string, readonly Statement[]>

const NAMING: ReadonlySet<string> = new Set(['prepare', 'declare', 'execute', 'fetch'])
const UNKNOWN: Analysis = { ok: true, statements: [opaqueStatement('postgres', 'unknown', ['unknown'])] }
/** A name of more meanings than this is unknown. */
const MAX_MEANINGS = 4
/** Names remembered in one session; further ones are unknown. */
const MAX_NAMES = 1000
