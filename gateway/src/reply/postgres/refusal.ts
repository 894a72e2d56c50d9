import type { AuditFileError } from '@sallyport/audit-file'
import type { Analysis, Verdict } from '@sallyport/core'
import { noticeFields, type ErrorResponse } from '@sallyport/pg-wire'
import { refusalOf } from '@sallyport/policy'

/**
 * The ErrorResponse for a verdict that refuses; undefined when it lets the text pass. A text that the grammar refuses gets the server's own
 * syntax error (42601, with its position), whatever rule said so.
 */
export function refusalError(verdict: Verdict, analysis: Analysis, text: string): ErrorResponse | undefined {
  const refusal = refusalOf(verdict)
  if (refusal === undefined) return undefined
  if (!analysis.ok && analysis.failure.code === 'syntax') {
    const { message, position } = analysis.failure
    return error('42601', message, {
      position: position === undefined ? undefined : String(characterAt(text, position)),
    })
  }
  if (!analysis.ok && analysis.failure.code === 'encoding') return error('22021', analysis.failure.message, refusal)
  if (!analysis.ok) return error('54000', analysis.failure.message, refusal)
  return error(refusal.sqlState, refusal.message, refusal)
}

/** The ErrorResponse for a statement whose verdict could not be recorded. */
export function unrecordedError(cause: AuditFileError): ErrorResponse {
  return error(cause.sqlState, 'the statement was not run, because the audit log cannot be written', {
    detail: 'No statement runs without a record of it.',
    hint: 'Try again in a moment; an operator sees the reason at /readyz.',
  })
}

/** The ErrorResponse for a message whose text is not UTF-8, as the server words it. */
export function notUtf8Error(): ErrorResponse {
  return error('22021', 'invalid byte sequence for encoding "UTF8"', {
    hint: 'Send UTF-8; this session reads nothing else.',
  })
}

/** The ErrorResponse that ends a session. */
export function fatalError(
  sqlState: string,
  message: string,
  more: { detail?: string; hint?: string } = {},
): ErrorResponse {
  return { type: 'ErrorResponse', fields: noticeFields({ severity: 'FATAL', sqlState, message, ...more }) }
}

function error(
  sqlState: string,
  message: string,
  more: {
    readonly detail?: string | undefined
    readonly hint?: string | undefined
    readonly position?: string | undefined
  },
): ErrorResponse {
  const { detail, hint, position } = more
  return {
    type: 'ErrorResponse',
    fields: noticeFields({ severity: 'ERROR', sqlState, message, detail, hint, position }),
  }
}

/** Positions on the wire count characters from 1 (spec: protocol-error-fields, "P"). */
function characterAt(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length + 1
}
