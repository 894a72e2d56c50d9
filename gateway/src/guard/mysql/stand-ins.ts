import type { Analysis, Effect } from '@sallyport/core'
import { analysisOfOne, opaqueStatement } from '../opaque.ts'

// The facts of commands that have no text.

/** Temporary tables, variables, locks and the open transaction go. */
export const RESET = standsFor('reset-connection', 'session', 'transaction')
export const ADMINISTRATION = standsFor('administration', 'admin')
export const KILL_OWN = standsFor('kill', 'session')
export const KILL_OTHER = standsFor('kill', 'admin')

/** A text for a place where there may be one statement: where there are several, the server reads the first and stumbles over what follows. */
export function oneStatement(analysis: Analysis): Analysis {
  const next = analysis.ok ? analysis.statements[1] : undefined
  if (next === undefined) return analysis
  const message = 'the text has several statements, and one is allowed here (CLIENT_MULTI_STATEMENTS)'
  return { ok: false, failure: { code: 'syntax', message, position: next.range.start } }
}

function standsFor(kind: string, ...effects: readonly Effect[]): Analysis {
  return analysisOfOne(opaqueStatement('mysql', kind, effects))
}
