import type { Exposure } from './exposure.ts'
import { isSqlState, SENTENCES, VALUE_FREE } from './sql-states.ts'

/** One field of an ErrorResponse or NoticeResponse. Spec: protocol-error-fields. */
export interface ReportField {
  /** The field's letter: S severity, C SQLSTATE, M message … */
  readonly code: string
  readonly value: string
}

/**
 * The fields of an ErrorResponse or NoticeResponse that may leave while a statement of that exposure runs. The server quotes values in messages
 * (`invalid input syntax for type integer: "…"`), details (`Key (ssn)=(…) already exists`), hints, contexts and internal queries; all of these are
 * withheld. What stays tells the user where to look: severity, SQLSTATE, position, the names of objects, the server's own source location.
 *
 * A message stays when the server made it from the statement's own words: an error of parse analysis (class 42 with a position), or a code
 * whose messages hold no value. Under `unknown` nothing stays that code could have chosen: a message, an object name, an invented SQLSTATE.
 */
export function maskReport(fields: readonly ReportField[], exposure: Exposure): readonly ReportField[] {
  if (exposure === 'none') return fields
  const value = (code: string): string | undefined => fields.find((field) => field.code === code)?.value
  const given = value('C') ?? ''
  const sqlState = isSqlState(given) ? given : 'P0001' // raise_exception: code that invents a SQLSTATE is code that raises
  const analysed = given.startsWith('42') && value('P') !== undefined && value('q') === undefined
  const keepsMessage = exposure === 'protected' && (analysed || VALUE_FREE.has(given))
  const kept = exposure === 'protected' ? KEPT_WHEN_PROTECTED : KEPT_WHEN_UNKNOWN
  return fields.flatMap(({ code, value }): readonly ReportField[] => {
    if (code === 'C') return [{ code, value: sqlState }]
    if (code === 'M') return [{ code, value: keepsMessage ? value : withheldMessage(sqlState) }]
    return kept.has(code) ? [{ code, value }] : []
  })
}

function withheldMessage(sqlState: string): string {
  const sentence = SENTENCES[sqlState.slice(0, 2)] ?? 'the statement failed'
  return `${sentence} (text withheld: it could show a masked value)`
}

/** S, V severity; P position; s t c d n names of schema, table, column, type, constraint; F L R place in the server's source. */
const KEPT_WHEN_PROTECTED: ReadonlySet<string> = new Set(['S', 'V', 'P', 's', 't', 'c', 'd', 'n', 'F', 'L', 'R'])
const KEPT_WHEN_UNKNOWN: ReadonlySet<string> = new Set(['S', 'V', 'P', 'F', 'L', 'R'])
