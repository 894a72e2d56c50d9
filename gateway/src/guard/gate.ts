import { type AuditReceipt, type AuditLog } from '@sallyport/audit-file'
import {
  clipText,
  ruleFacts,
  statementFacts,
  type EstimateFacts,
  type ParameterFacts,
  type SessionFacts,
  type StatementPhase,
} from '@sallyport/audit'
import { NO_LIMITS, type Estimates } from '@sallyport/guardrails'
import type { Analysis, Clock, Effect, Estimate, Verdict, Statement } from '@sallyport/core'
import { limitOf, withLimitsKept, type StatementLimit } from './statement-limit.ts'

/** What is asked of the gate: may this text run now? */
export interface Question {
  readonly phase: StatementPhase
  readonly text: string
  readonly analysis: Analysis
  /** Count, types and lengths of what is bound; never a value. */
  readonly parameters?: readonly ParameterFacts[]
  /** `later`: nothing runs yet, so nothing has a cost. */
  readonly estimates?: 'later'
  /** Asks the database's planner about one statement of the text, by its place; undefined where nobody can. Never rejects. */
  readonly estimate?: ((index: number) => Promise<Estimate>) | undefined
}

/** The gate's answer, already in the log. */
export interface Passage {
  readonly verdict: Verdict
  readonly receipt: AuditReceipt
  /** Links the verdict's record with the outcome's. */
  readonly statement: string
  /** True when the record must be on the disk before anything is forwarded, because the statement can change something. */
  readonly waits: boolean
  /** What the statement may have, where the verdict limits it. */
  readonly limit: StatementLimit | undefined
  /** Microseconds that deciding and recording took. */
  readonly gateUs: number
}

export interface GateOptions {
  readonly session: SessionFacts
  readonly log: AuditLog
  /** Asked for every statement, so that a change of policy reaches a running session at its next one. */
  readonly decide: (analysis: Analysis, estimates?: Estimates) => Verdict
  readonly clock: Clock
  readonly observe: (verdict: Verdict, elapsedMs: number) => void
}

/**
 * The gate, where the order is kept: inspect (the caller brings the analysis), decide, record; the caller forwards what passed. Where a rule rests on the
 * planner's estimate, everything else is decided first; then it is recorded that the planner is asked, and what it says is decided on.
 *
 * INVARIANT: no statement is forwarded before `pass` returned, and a `pass` that throws is a refusal: the record could not be made.
 */
export class Gate {
  readonly #options: GateOptions
  #statements = 0

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** How many statements were judged so far. */
  get statements(): number {
    return this.#statements
  }

  /**
   * Decides and records; a promise means that the planner is asked. Throws or rejects with AuditUnavailableError when the verdict cannot be recorded: the
   * statement must not run.
   */
  pass(question: Question): Passage | Promise<Passage> {
    const { decide, clock } = this.#options
    const startedMs = clock.monotonicMs()
    const verdict = withLimitsKept(decide(question.analysis, question.estimates), question.analysis)
    if (verdict.estimate !== undefined && question.estimate !== undefined) {
      return this.#passEstimated(question, question.estimate, verdict.estimate)
    }
    return this.#settle(question, verdict, undefined, startedMs)
  }

  async #passEstimated(
    question: Question,
    estimate: (index: number) => Promise<Estimate>,
    wanted: readonly number[],
  ): Promise<Passage> {
    const { decide, clock, log } = this.#options
    // INVARIANT: a text that reaches the database, if only its planner, is in the log before.
    log.flush(this.#record({ ...question, phase: 'estimate' }, ASKING, undefined).receipt)
    const estimates: Estimate[] = []
    for (const [place, index] of wanted.entries()) {
      estimates[index] = place < MAX_ESTIMATES ? await estimate(index) : TOO_MANY
    }
    const startedMs = clock.monotonicMs()
    const verdict = withLimitsKept(decide(question.analysis, estimates), question.analysis)
    return this.#settle(question, verdict, estimates, startedMs)
  }

  #settle(
    question: Question,
    verdict: Verdict,
    estimates: readonly (Estimate | undefined)[] | undefined,
    startedMs: number,
  ): Passage {
    const { clock, observe, log } = this.#options
    const { receipt, statement } = this.#record(question, verdict, estimates)
    log.flush(receipt)
    const elapsedMs = clock.monotonicMs() - startedMs
    observe(verdict, elapsedMs)
    return {
      verdict,
      receipt,
      statement,
      waits: canChange(question.analysis),
      limit: limitOf(verdict, question.analysis),
      gateUs: Math.round(elapsedMs * 1000),
    }
  }

  #record(
    question: Question,
    verdict: Verdict,
    estimates: readonly (Estimate | undefined)[] | undefined,
  ): { readonly receipt: AuditReceipt; readonly statement: string } {
    const { session, log } = this.#options
    const statement = `${session.session}-${++this.#statements}`
    const receipt = log.append({
      type: 'statement-verdict',
      session,
      statement,
      phase: question.phase,
      text: recordedText(question),
      textLength: question.text.length,
      parameters: question.parameters,
      estimates: estimates && estimateFacts(estimates),
      statements: statementFacts(question.analysis),
      action: verdict.action,
      rules: ruleFacts(verdict.findings),
      approvals: [],
    })
    return { receipt, statement }
  }
}

function estimateFacts(estimates: readonly (Estimate | undefined)[]): readonly EstimateFacts[] {
  return estimates.flatMap((estimate, statement) => {
    if (estimate === undefined) return []
    return 'failure' in estimate ? [{ statement }] : [{ statement, cost: estimate.cost, rows: estimate.rows }]
  })
}

/** The text as it is kept: clipped when it is very long, and not at all when it may hold a password. */
function recordedText({ text, analysis }: Question): string {
  const secret = analysis.ok && analysis.statements.some((statement) => mayHoldSecret(statement, text))
  return secret ? '[withheld: a statement of this kind may hold a password]' : clipText(text, MAX_RECORDED_TEXT)
}

/** Whether a statement, or one that it prepares, may hold a password. MariaDB takes one in a GRANT. */
function mayHoldSecret({ kind, dialect, session }: Statement, text: string): boolean {
  if (SECRET_KINDS.has(kind) || (kind === 'grant' && dialect === 'mysql' && /identified/i.test(text))) return true
  return session?.type === 'prepare' && session.statement !== 'unknown' && mayHoldSecret(session.statement, text)
}

/** True unless every effect is known to leave data, code and rights as they are. */
function canChange(analysis: Analysis): boolean {
  if (!analysis.ok) return true
  for (const { effects } of analysis.statements) for (const effect of effects) if (!HARMLESS.has(effect)) return true
  return false
}

// A COMMIT makes durable only what was recorded, and waited for, before.
const HARMLESS: ReadonlySet<Effect> = new Set<Effect>(['read', 'session', 'transaction'])

/** Statements whose literals are credentials: of roles and users, foreign servers, subscriptions, replication. */
const SECRET_KINDS: ReadonlySet<string> = new Set([
  'create-role',
  'alter-role',
  'create-server',
  'alter-server',
  'create-user-mapping',
  'alter-user-mapping',
  'create-subscription',
  'alter-subscription',
  // MySQL and MariaDB.
  'create-user',
  'alter-user',
  'set-password',
  'change-master',
  'change-replication',
  'start-slave',
  'start-replica',
  'start-group_replication',
  'clone',
])

const ASKING: Verdict = { action: 'allow', findings: [], limits: NO_LIMITS }
/** Statements of one text that the planner is asked about. */
const MAX_ESTIMATES = 32
const TOO_MANY: Estimate = { failure: `only ${MAX_ESTIMATES} statements of one text are estimated` }

/** UTF-16 code units of a statement's text in its record; longer texts are clipped, and the record says so. */
const MAX_RECORDED_TEXT = 256 * 1024
