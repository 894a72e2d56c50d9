import { readRecords } from '@sallyport/audit-file'
import type { SessionFacts, StatementFacts } from '@sallyport/audit'
import { normalisedText } from '@sallyport/sql'

/** Which records count. */
export interface LearnFrom {
  readonly connection: string
  /** Undefined is the beginning. */
  readonly since: Date | undefined
  /** Undefined is the end. */
  readonly until: Date | undefined
}

/** A statement that a connection's users have run, known by its fingerprint. */
export interface Learned {
  readonly fingerprint: string
  readonly times: number
  readonly users: readonly string[]
  readonly kind: string
  readonly effects: readonly string[]
  /** One text of it, its literals replaced; a text of several statements stands for each of them. */
  readonly example: string
}

/** What a log has to teach. */
export interface Lesson {
  /** Most frequent first. */
  readonly learned: readonly Learned[]
  /** Statements that no allow list can let pass, because what they do cannot be told. */
  readonly unknown: number
}

/**
 * Reads which statements were let pass on a connection and ran to their end. Reads records as they are: whether the log is whole is to be asked before.
 * Throws AuditFileError.
 */
export async function learn(directory: string, { connection, since, until }: LearnFrom): Promise<Lesson> {
  const waiting = new Map<string, Judged>()
  const learned = new Map<string, MutableLearned>()
  let unknown = 0
  for await (const record of readRecords(directory)) {
    if (record.type === 'statement-verdict') {
      const { session, phase, action, statements, text } = record
      const passed = action !== 'deny' && action !== 'approve' && RUNNING.has(phase)
      const counts = session.connection === connection && isWithin(record.time, since, until)
      if (passed && counts && statements !== 'unknown') waiting.set(record.statement, { session, statements, text })
    } else if (record.type === 'statement-outcome') {
      const judged = waiting.get(record.statement)
      // A cursor's statement has an outcome for each fetch; it is learned once.
      waiting.delete(record.statement)
      if (judged === undefined || !RAN.has(record.outcome)) continue
      for (const facts of judged.statements) {
        if (facts.effects.includes('unknown')) unknown += 1
        else note(learned, facts, judged)
      }
    }
  }
  const all = [...learned.values()].map(({ users, ...rest }) => ({ ...rest, users: [...users].toSorted() }))
  return { learned: all.toSorted((one, other) => other.times - one.times), unknown }
}

interface Judged {
  readonly session: SessionFacts
  readonly statements: readonly StatementFacts[]
  readonly text: string
}

interface MutableLearned extends Omit<Learned, 'users' | 'times'> {
  times: number
  readonly users: Set<string>
}

function note(learned: Map<string, MutableLearned>, facts: StatementFacts, { session, text }: Judged): void {
  const { fingerprint, kind, effects } = facts
  const { subject } = session.identity
  const known = learned.get(fingerprint)
  if (known !== undefined) {
    known.times += 1
    known.users.add(subject)
    return
  }
  const example = normalisedText(text, session.engine)
  learned.set(fingerprint, { fingerprint, times: 1, users: new Set([subject]), kind, effects, example })
}

function isWithin(time: string, since: Date | undefined, until: Date | undefined): boolean {
  const atMs = Date.parse(time)
  return (since === undefined || atMs >= since.getTime()) && (until === undefined || atMs < until.getTime())
}

/** A Parse runs nothing, and the planner neither. */
const RUNNING: ReadonlySet<string> = new Set(['query', 'bind', 'execute'])
const RAN: ReadonlySet<string> = new Set(['completed', 'suspended', 'limited'])
