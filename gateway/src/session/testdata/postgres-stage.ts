import type { AuditLog } from '@sallyport/audit-file'
import { sessionFacts } from '@sallyport/audit'
import type { Analysis, StatementLimits, Verdict } from '@sallyport/core'
import { NO_LIMITS } from '@sallyport/guardrails'
import { Conversation } from '@sallyport/pg-wire'
import { Gate } from '../../guard/gate.ts'
import { opaque } from '../../guard/postgres/opaque.ts'
import { PreparedNames } from '../../guard/prepared-names.ts'
import { Deadlines } from '../deadlines.ts'
import { Inbound } from '../postgres/inbound.ts'
import { LimitWatch } from '../postgres/limit-watch.ts'
import { Outbound } from '../postgres/outbound.ts'
import type { Barrier, StatementRun } from '../statement-run.ts'
import { ScriptedLog } from './scripted-log.ts'

/** Both ways of a PostgreSQL session between a scripted log, whose disk is slow at will, and a scripted agent. */
export interface PostgresStage {
  readonly client: (...messages: readonly Uint8Array[]) => void
  readonly agent: (...messages: readonly Uint8Array[]) => void
  readonly disk: ScriptedLog
  readonly events: string[]
  readonly toAgent: Uint8Array[]
  readonly toClient: Uint8Array[]
  readonly failures: unknown[]
  /** The time that something waits for is up: that of a statement, or the grace behind a cancel. */
  readonly timeUp: () => void
}

/**
 * Sets the stage. A text is `SELECT` and a word: `read` reads, `refuse` is refused, and one that ends in `write` changes something. Limits are those of
 * all texts but of words that begin with `free`.
 */
export function setPostgresStage(limited: Partial<StatementLimits> = {}): PostgresStage {
  const [events, toAgent, toClient, failures]: [string[], Uint8Array[], Uint8Array[], unknown[]] = [[], [], [], []]
  let timer: (() => void) | undefined
  const disk = new ScriptedLog(events)
  const log = disk as unknown as AuditLog
  const identity = { subject: 'alice', email: undefined, groups: [], method: 'token', kind: 'human' } as const
  const session = sessionFacts({ session: 's', connection: 'c', engine: 'postgres', identity, source: '127.0.0.1:1' })
  const conversation = new Conversation<StatementRun>()
  const gate = new Gate({
    session,
    log,
    decide: (analysis) => decide(analysis, limited),
    clock: { now: () => 0n, monotonicMs: () => 0 },
    observe: () => undefined,
  })
  const barrier: Barrier = { receipt: undefined }
  const onFailure = (error: unknown): void => void failures.push(error)
  const limits: LimitWatch = new LimitWatch({
    conversation,
    deadlines: new Deadlines({
      monotonicMs: () => 0,
      after: (_delayMs, act) => {
        timer = act
        return () => (timer = undefined)
      },
      cancel: () => events.push('cancel'),
      onOverdue: () => events.push('overdue'),
      graceMs: 1,
    }),
    send: (bytes) => inbound.insert(bytes),
    onSettled: () => inbound.replied(),
  })
  const outbound: Outbound = new Outbound({
    conversation,
    limits,
    log,
    session,
    barrier,
    maxMessageBytes: 1024 * 1024,
    monotonicMs: () => 0,
    write: (bytes) => toClient.push(bytes) > 0,
    onReplies: () => inbound.replied(),
    onOutcome: () => undefined,
    onFailure,
    onFlow: () => undefined,
  })
  const inbound: Inbound = new Inbound({
    conversation,
    limits,
    gate,
    reader: {
      inspect: (text): Analysis => opaque(text.slice('SELECT '.length), text.endsWith('write') ? 'write' : 'read'),
      again: (_text, before) => before,
      forwarded: () => undefined,
    },
    prepared: new PreparedNames(() => undefined),
    log,
    barrier,
    maxMessageBytes: 1024 * 1024,
    allowFunctionCall: false,
    monotonicMs: () => 0,
    send: (bytes) => {
      events.push('forward')
      return toAgent.push(bytes) > 0
    },
    onTerminate: () => undefined,
    onFailure,
    onFlow: () => undefined,
  })
  return {
    client: (...messages) => inbound.receive(Buffer.concat(messages)),
    agent: (...messages) => outbound.receive(Buffer.concat(messages)),
    disk,
    events,
    toAgent,
    toClient,
    failures,
    timeUp: () => timer?.(),
  }
}

function decide(analysis: Analysis, limited: Partial<StatementLimits>): Verdict {
  const kind = analysis.ok ? (analysis.statements[0]?.kind ?? '') : ''
  const refused = kind === 'refuse'
  const finding = {
    rule: 'r',
    action: 'deny',
    message: 'not allowed',
    hint: undefined,
    statement: 0,
    observed: false,
  } as const
  const limits = kind.startsWith('free') ? NO_LIMITS : { ...NO_LIMITS, ...limited }
  return { action: refused ? 'deny' : 'allow', findings: refused ? [finding] : [], limits }
}
