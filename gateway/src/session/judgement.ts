import { AuditFileError, type AuditLog } from '@sallyport/audit-file'
import type { Gate, Passage, Question } from '../guard/gate.ts'
import type { Barrier } from './statement-run.ts'

export interface JudgementPort {
  readonly gate: Gate
  readonly log: AuditLog
  readonly barrier: Barrier
}

/** What becomes of the message that was asked about; exactly one of them is called. */
export interface Ways {
  /** The verdict is in the log, and says what it says; true when the message was refused. */
  readonly refused: (passage: Passage) => boolean
  readonly forward: (passage: Passage) => void
  /** The verdict could not be recorded. */
  readonly unrecorded: (error: AuditFileError) => void
}

/**
 * Asks the gate about a message, and takes the way that it says; a promise means that the message waits for its record to be on the disk, because it
 * can change something (`mayWait` false: it cannot run yet), or for the planner's estimate. What follows must wait for it.
 */
export function askGate(
  { gate, log, barrier }: JudgementPort,
  question: Question,
  mayWait: boolean,
  { refused, forward, unrecorded }: Ways,
): Promise<void> | undefined {
  const unrecordedOr = (error: unknown): void => {
    if (!(error instanceof AuditFileError)) throw error
    unrecorded(error)
  }
  const settle = (passage: Passage): Promise<void> | undefined => {
    barrier.receipt = passage.receipt
    if (refused(passage)) return undefined
    const durable = passage.waits && mayWait ? log.durable(passage.receipt) : undefined
    if (durable === undefined) {
      forward(passage)
      return undefined
    }
    return durable.then(() => forward(passage), unrecordedOr)
  }
  let passage: Passage | Promise<Passage>
  try {
    passage = gate.pass(question)
  } catch (error) {
    unrecordedOr(error)
    return undefined
  }
  return passage instanceof Promise ? passage.then(settle, unrecordedOr) : settle(passage)
}
