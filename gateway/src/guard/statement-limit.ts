import type { LimitFacts } from '@sallyport/audit'
import type { Analysis, Effect, Statement, StatementLimits, Verdict } from '@sallyport/core'

/** What a policy lets a statement have, and what it has had so far. Neutral to the protocol: a row is a row message, with its header. */
export class StatementLimit {
  /** Milliseconds of run time; undefined is no limit. */
  readonly timeoutMs: number | undefined
  /**
   * What becomes of a result that is too large. `fail`: the statement is ended, and the client gets an error behind the rows that it has. `cut`: the
   * statement completes, because it changes something, and the rest of its rows is left out with a warning.
   */
  readonly beyond: 'fail' | 'cut'
  /** The limit that the result ran into. */
  excess: LimitFacts | undefined
  /** The limit on run time, once it was reached. */
  overtime: LimitFacts | undefined
  /** The limit that ended the statement: its client got the error. */
  ended: LimitFacts | undefined
  /** Whether it goes over several texts, so that the end of one does not begin it anew. */
  lasts = false
  /** Whether the client was warned that the result is cut. */
  warned = false
  /** Milliseconds that it ran, before what runs now: a portal that is fetched from runs several times. */
  spentMs = 0
  readonly #rows: number
  readonly #bytes: number
  readonly #by: NonNullable<Verdict['limitedBy']>
  /** Rows and bytes of the result that passes now. */
  #resultRows = 0
  #resultBytes = 0
  /** The same of all results, since `take` was called. */
  #passedRows = 0
  #passedBytes = 0

  constructor(limits: StatementLimits, by: Verdict['limitedBy'], beyond: 'fail' | 'cut') {
    this.timeoutMs = limits.timeoutMs
    this.beyond = beyond
    this.#rows = limits.rows ?? Infinity
    this.#bytes = limits.bytes ?? Infinity
    this.#by = by ?? { rows: undefined, bytes: undefined, timeoutMs: undefined }
  }

  /** Whether there is a limit on the size of a result. */
  get sized(): boolean {
    return this.#rows < Infinity || this.#bytes < Infinity
  }

  /** Whether a row of so many bytes may pass; one that may not is noted as the excess, and none passes behind it. */
  row(byteLength: number): boolean {
    if (this.excess !== undefined) return false
    if (this.#resultRows >= this.#rows) {
      this.excess = { rule: this.#by.rows ?? '', kind: 'rows', maximum: this.#rows }
      return false
    }
    if (this.#resultBytes + byteLength > this.#bytes) {
      this.excess = { rule: this.#by.bytes ?? '', kind: 'bytes', maximum: this.#bytes }
      return false
    }
    this.#resultRows++
    this.#resultBytes += byteLength
    this.#passedRows++
    this.#passedBytes += byteLength
    return true
  }

  /** The row that passes is larger than its first packet told. */
  grows(byteLength: number): void {
    this.#resultBytes += byteLength
    this.#passedBytes += byteLength
  }

  /** The time is up. */
  runOut(): void {
    this.overtime = { rule: this.#by.timeoutMs ?? '', kind: 'time', maximum: this.timeoutMs ?? 0 }
  }

  /** Another result of the same text begins; each has the whole limit to itself. */
  nextResult(): void {
    if (this.ended !== undefined || this.lasts) return
    this.#resultRows = this.#resultBytes = 0
    this.excess = undefined
    this.warned = false
  }

  /** Rows and bytes that passed since the last time. */
  take(): { readonly rows: number; readonly bytes: number } {
    const taken = { rows: this.#passedRows, bytes: this.#passedBytes }
    this.#passedRows = this.#passedBytes = 0
    return taken
  }
}

/** The limits that a verdict puts on a statement; undefined for none, which is the common case. */
export function limitOf({ limits, limitedBy }: Verdict, analysis: Analysis): StatementLimit | undefined {
  const { rows, bytes, timeoutMs } = limits
  if (rows === undefined && bytes === undefined && timeoutMs === undefined) return undefined
  const undone = analysis.ok && analysis.statements.every(({ effects }) => only(effects, UNDONE))
  return new StatementLimit(limits, limitedBy, undone ? 'fail' : 'cut')
}

/**
 * The verdict, or a denial of it when its limits could not be kept: a result that is too large ends its text in an error, and whatever else the text
 * has done by then the server would not take back. So a read whose size is limited shares its text with reads only, and with what stands before
 * them and begins a transaction.
 */
export function withLimitsKept(verdict: Verdict, analysis: Analysis): Verdict {
  const { limits, limitedBy } = verdict
  if (limits.rows === undefined && limits.bytes === undefined) return verdict
  if (!analysis.ok || analysis.statements.length < 2 || !sharesText(analysis.statements)) return verdict
  const finding = {
    rule: limitedBy?.rows ?? limitedBy?.bytes ?? '',
    action: 'deny',
    message: 'A query whose result has a limit cannot share one text with statements that do anything else.',
    hint: 'Send the statements one at a time.',
    statement: undefined,
    observed: false,
  } as const
  return SEVERE.has(verdict.action) ? verdict : { ...verdict, action: 'deny', findings: [finding, ...verdict.findings] }
}

/** Whether a read stands in a text with anything that is not one. */
function sharesText(statements: readonly Statement[]): boolean {
  const first = statements.findIndex(({ effects }) => only(effects, READ))
  if (first === -1) return false
  return statements.some(({ effects }, index) => !only(effects, index < first ? TRANSACTION : READ))
}

function only(effects: ReadonlySet<Effect>, allowed: ReadonlySet<Effect>): boolean {
  for (const effect of effects) if (!allowed.has(effect)) return false
  return true
}

const READ: ReadonlySet<Effect> = new Set<Effect>(['read'])
const TRANSACTION: ReadonlySet<Effect> = new Set<Effect>(['transaction'])
/** What may fail when all is done: there is nothing that would have to be taken back. */
const UNDONE: ReadonlySet<Effect> = new Set<Effect>(['read', 'transaction'])
const SEVERE: ReadonlySet<string> = new Set(['deny', 'approve'])
