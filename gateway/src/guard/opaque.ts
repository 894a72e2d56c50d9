import type { Analysis, Dialect, Effect, SessionChange, Statement } from '@sallyport/core'

/** Facts about something of which only the effects are known, as a statement of its own. */
export function opaqueStatement(
  dialect: Dialect,
  kind: string,
  effects: readonly Effect[],
  session?: SessionChange,
): Statement {
  return {
    dialect,
    kind,
    effects: new Set(effects),
    relations: [],
    functions: [],
    where: 'none',
    limit: 'unknown',
    predicates: 'unknown',
    fingerprint: kind,
    output: 'unknown',
    session,
    range: { start: 0, end: 0 },
  }
}

/** The analysis of a text that is one statement. */
export function analysisOfOne(statement: Statement): Analysis {
  return { ok: true, statements: [statement] }
}
