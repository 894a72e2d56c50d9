import { type AuditReceipt, type AuditLog } from '@sallyport/audit-file'
import {
  clipText,
  ruleFacts,
  statementFacts,
  type ParameterFacts,
  type SessionFacts,
  type StatementPhase,
} from '@sallyport/audit'
import type { Analysis, Clock, Effect, Verdict } from '@sallyport/core'
import { limitOf, withLimitsKept, type StatementLimit } from './statement-limit.ts'

/** What is asked of the gate: may this text run now? */
export interface Question {
  readonly phase: StatementPhase
  readonly text: string
  readonly analysis: Analysis
  /** Count, types and lengths of what is bound; never a value. */
  readonly parameters?: readonly ParameterFacts[]
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
  readonly decide: (analysis: Analysis) => Verdict
  readonly clock: Clock
  readonly observe: (verdict: Verdict, elapsedMs: number) => void
}

/**
 * The gate, where the order is kept: inspect (the caller brings the analysis), decide, record; the caller forwards what passed.
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

  /** Decides and records. Throws AuditUnavailableError when the verdict cannot be recorded: the statement must not run. */
  pass(question: Question): Passage {
    const { session, log, decide, clock, observe } = this.#options
    const startedMs = clock.monotonicMs()
    const verdict = withLimitsKept(decide(question.analysis), question.analysis)
    const statement = `${session.session}-${++this.#statements}`
    const receipt = log.append({
      type: 'statement-verdict',
      session,
      statement,
      phase: question.phase,
      text: recordedText(question),
      textLength: question.text.length,
      parameters: question.parameters,
      statements: statementFacts(question.analysis),
      action: verdict.action,
      rules: ruleFacts(verdict.findings),
      approvals: [],
    })
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
}

/** The text as it is kept: clipped when it is very long, and not at all when it may hold a password. */
function recordedText({ text, analysis }: Question): string {
  const secret = analysis.ok && analysis.statements.some(({ kind }) => SECRET_KINDS.has(kind))
  return secret ? '[withheld: a statement of this kind may hold a password]' : clipText(text, MAX_RECORDED_TEXT)
}

/** True unless every effect is known to leave data, code and rights as they are. */
function canChange(analysis: Analysis): boolean {
  if (!analysis.ok) return true
  for (const { effects } of analysis.statements) for (const effect of effects) if (!HARMLESS.has(effect)) return true
  return false
}

// A COMMIT makes durable only what was recorded, and waited for, before.
const HARMLESS: ReadonlySet<Effect> = new Set<Effect>(['read', 'session', 'transaction'])

/** Statements whose literals are credentials: of roles, foreign servers, subscriptions. */
const SECRET_KINDS: ReadonlySet<string> = new Set([
  'create-role',
  'alter-role',
  'create-server',
  'alter-server',
  'create-user-mapping',
  'alter-user-mapping',
  'create-subscription',
  'alter-subscription',
])

/** UTF-16 code units of a statement's text in its record; longer texts are clipped, and the record says so. */
const MAX_RECORDED_TEXT = 256 * 1024
