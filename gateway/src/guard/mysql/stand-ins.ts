import type { Analysis, Effect } from '@sallyport/core'
import { analysisOfOne, opaqueStatement } from '../opaque.ts'

// The facts of commands that have no text.

/** Temporary tables, variables, locks and the open transaction go. */
export const RESET = standsFor('reset-connection', 'session', 'transaction')
export const ADMINISTRATION = standsFor('administration', 'admin')
export const KILL_OWN = standsFor('kill', 'session')
export const KILL_OTHER = standsFor('kill', 'admin')
export const SEVERAL: Analysis = {
  ok: false,
  failure: {
    code: 'syntax',
    message: 'The text has several statements, and this session sends one at a time (CLIENT_MULTI_STATEMENTS).',
    position: undefined,
  },
}

function standsFor(kind: string, ...effects: readonly Effect[]): Analysis {
  return analysisOfOne(opaqueStatement('mysql', kind, effects))
}
