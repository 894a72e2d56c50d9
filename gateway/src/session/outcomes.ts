import type { AuditLog } from '@sallyport/audit-file'
import type { LimitFacts, Outcome, SessionFacts } from '@sallyport/audit'
import type { StatementRun } from './statement-run.ts'

export interface OutcomesPort {
  readonly log: AuditLog
  readonly session: SessionFacts
  readonly monotonicMs: () => number
  readonly onOutcome: (outcome: Outcome) => void
}

/** What one statement came to. */
export interface Ending {
  readonly outcome: Outcome
  readonly sqlState: string | undefined
  /** Rows that were returned or changed. */
  readonly rows: number
  /** Bytes of those that were returned. */
  readonly bytes: number
  /** The limit that ended it, or that its rows were cut at. */
  readonly limit?: LimitFacts | undefined
}

/** Records what a statement came to; one whose verdict could not be recorded has nothing to tell. */
export function recordOutcome(
  port: OutcomesPort,
  run: StatementRun,
  { outcome, sqlState, rows, bytes, limit }: Ending,
): void {
  if (run.passage === undefined) return
  const { redactions } = run
  run.redactions = []
  port.onOutcome(outcome)
  port.log.append({
    type: 'statement-outcome',
    session: port.session,
    statement: run.passage.statement,
    verdict: run.passage.receipt.sequence,
    outcome,
    sqlState,
    rows,
    bytes,
    durationUs: { gate: run.passage.gateUs, database: Math.round((port.monotonicMs() - run.forwardedMs) * 1000) },
    redactions: redactions.map(({ schema, table, column, type, strategy, count }) => ({
      schema,
      table,
      column,
      type,
      strategy,
      count,
    })),
    injections: [],
    limit,
  })
}
