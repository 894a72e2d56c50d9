import type { LimitFacts } from '@sallyport/audit'
import { encodeBackend, noticeFields } from '@sallyport/pg-wire'

/** The ErrorResponse for a statement that a limit has ended. */
export function limitError(limit: LimitFacts): Uint8Array {
  return encodeBackend({ type: 'ErrorResponse', fields: fieldsOf(limit, 'ERROR') })
}

/** The warning for a statement that is complete, and whose rows were cut. */
export function limitWarning(limit: LimitFacts): Uint8Array {
  return encodeBackend({ type: 'NoticeResponse', fields: fieldsOf(limit, 'WARNING') })
}

/** The SQLSTATE of a limit. 57014 is what a server says of its own statement_timeout; of 54000 no client believes that trying again would help. */
export function limitState({ kind }: LimitFacts): '57014' | '54000' {
  return kind === 'time' ? '57014' : '54000'
}

function fieldsOf(limit: LimitFacts, severity: 'ERROR' | 'WARNING'): ReturnType<typeof noticeFields> {
  const { kind, maximum, rule } = limit
  const over =
    kind === 'time' ? `the statement ran for more than ${maximum} ms` : `the result has more than ${maximum} ${kind}`
  const happened =
    severity === 'WARNING'
      ? 'The statement is complete. The rows that were sent are not all of its rows.'
      : kind === 'time'
        ? 'The statement was cancelled.'
        : 'The rows that were sent are not all of the result.'
  return noticeFields({
    severity,
    sqlState: severity === 'WARNING' ? '01000' : limitState(limit),
    message: over,
    detail: `Limited by Sallyport, rule ${rule}. ${happened}`,
    hint:
      kind === 'time'
        ? 'Make the statement do less: narrow the WHERE, or read less at a time.'
        : 'Ask for less: narrow the WHERE, name fewer columns, or add a LIMIT.',
  })
}
