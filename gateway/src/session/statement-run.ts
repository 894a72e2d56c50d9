import type { AuditReceipt } from '@sallyport/audit-file'
import type { RedactionFacts } from '@sallyport/audit'
import type { Analysis } from '@sallyport/core'
import type { Passage } from '../guard/gate.ts'
import type { StatementLimit } from '../guard/statement-limit.ts'

/**
 * What a session remembers of a message that carries a statement, until the last of its replies. A Parse has one, and each Bind of it
 * another: they share the text and its facts, never the verdict's record.
 */
export interface StatementRun {
  readonly text: string
  readonly analysis: Analysis
  /** Undefined for a message that was refused because its verdict could not be recorded. */
  readonly passage: Passage | undefined
  /** What it may have; undefined for a statement without limits. */
  readonly limit: StatementLimit | undefined
  /** When it was forwarded, on the monotonic clock. */
  forwardedMs: number
  /** Rows and bytes of the replies that outcomes were recorded for already. */
  rowsTold: number
  bytesTold: number
  /** What the agent reported to have masked, since the last outcome. */
  redactions: RedactionFacts[]
}

export function startRun(
  text: string,
  analysis: Analysis,
  passage: Passage | undefined,
  limit: StatementLimit | undefined = passage?.limit,
): StatementRun {
  return { text, analysis, passage, limit, forwardedMs: 0, rowsTold: 0, bytesTold: 0, redactions: [] }
}

/** The newest record that must be durable before any more result bytes may leave. */
export interface Barrier {
  receipt: AuditReceipt | undefined
}
