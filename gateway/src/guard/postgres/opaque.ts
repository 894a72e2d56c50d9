import type { Analysis, Effect, SessionChange, Statement } from '@sallyport/core'

/** Facts about something of which only the effects are known. */
export function opaque(kind: string, ...effects: readonly Effect[]): Analysis {
  return { ok: true, statements: [statementOf(kind, effects, undefined)] }
}

/** A setting that a client starts its session with is judged as the SET it amounts to. */
export function startupSetting(name: string, literal: string): Analysis {
  return {
    ok: true,
    statements: [statementOf('set', ['session'], { type: 'set', name, value: { literal }, local: false })],
  }
}

function statementOf(kind: string, effects: readonly Effect[], session: SessionChange | undefined): Statement {
  return {
    dialect: 'postgres',
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
