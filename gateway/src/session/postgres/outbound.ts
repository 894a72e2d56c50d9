/*
 * Theory of operation
 *
 * What the agent sends goes through a queue that opens when the newest verdict's record is on the disk (`durable-queue.ts`). The scanner finds the messages; rows are passed on in runs, as they
 * lie; the conversation says of every other message what it answers, and whether the client gets it, something in its place, or nothing.
 * What a statement came to is recorded when its last reply passes.
 */
import type { AuditLog } from '@sallyport/audit-file'
import type { Outcome, SessionFacts } from '@sallyport/audit'
import {
  MessageScanner,
  noticeField,
  type Conversation,
  type ConversationEvent,
  type Entry,
  type RawMessage,
} from '@sallyport/pg-wire'
import type { Redaction } from '@sallyport/tunnel'
import type { StatementLimit } from '../../guard/statement-limit.ts'
import { limitState } from '../../reply/postgres/limit.ts'
import { ClientWriter } from '../client-writer.ts'
import { DurableQueue } from '../durable-queue.ts'
import { recordOutcome } from '../outcomes.ts'
import type { Barrier, StatementRun } from '../statement-run.ts'
import type { LimitWatch } from './limit-watch.ts'

export interface OutboundPort {
  readonly conversation: Conversation<StatementRun>
  readonly log: AuditLog
  readonly session: SessionFacts
  readonly barrier: Barrier
  readonly limits: LimitWatch
  readonly maxMessageBytes: number
  readonly monotonicMs: () => number
  /** Writes to the client; false when its socket has enough. */
  readonly write: (bytes: Uint8Array) => boolean
  /** Replies have passed: there may be room for more messages of the client. */
  readonly onReplies: () => void
  readonly onOutcome: (outcome: Outcome) => void
  readonly onFailure: (error: unknown) => void
  /** Whether the agent may send. */
  readonly onFlow: (flowing: boolean) => void
}

type Content = Uint8Array | readonly Redaction[] | (() => void)

/** The way of the agent's bytes to the client. */
export class Outbound {
  readonly #port: OutboundPort
  readonly #scanner: MessageScanner
  readonly #queue: DurableQueue<Content>
  readonly #client: ClientWriter
  #flowing = true
  #ended = false

  constructor(port: OutboundPort) {
    const { log, barrier, write, maxMessageBytes } = port
    this.#port = port
    this.#scanner = new MessageScanner({ maxMessageBytes })
    this.#client = new ClientWriter({ write })
    this.#queue = new DurableQueue({
      log,
      barrier,
      pass: (content) => this.#pass(content),
      onChange: () => this.#setFlow(),
      onFailure: (error) => this.#fail(error),
    })
  }

  /** Bytes that went to the client. */
  get bytes(): number {
    return this.#client.bytes
  }

  /** Whether the client has been given whole messages only, so that one more can follow. */
  get betweenMessages(): boolean {
    return this.#scanner.atBoundary
  }

  receive(chunk: Uint8Array): void {
    this.#queue.push(chunk)
  }

  /** What the agent masked in the statement whose end follows. */
  report(redactions: readonly Redaction[]): void {
    this.#queue.push(redactions)
  }

  /** Does something behind what has come so far. */
  after(act: () => void): void {
    this.#queue.push(act)
  }

  /** The client's socket can take more again. */
  drained(): void {
    this.#client.full = false
    this.#setFlow()
  }

  /** Nothing more reaches the client. */
  end(): void {
    this.#ended = true
    this.#port.limits.end()
    this.#queue.end()
    this.#client.end()
  }

  #pass(content: Content): void {
    if (typeof content === 'function') return content()
    if (!(content instanceof Uint8Array)) {
      this.#port.conversation.current?.context?.redactions.push(...content)
      return
    }
    const { conversation, limits } = this.#port
    const before = conversation.pending
    try {
      this.#scanner.scan(content, this)
    } catch (error) {
      this.#client.flush()
      this.#fail(error)
      return
    }
    this.#client.flush()
    limits.rest()
    if (conversation.pending < before) this.#port.onReplies()
  }

  /** Rows and COPY data pass as they lie. */
  streams(tag: number): boolean {
    return tag === DATA_ROW || tag === COPY_DATA
  }

  run(bytes: Uint8Array, completed: number, tag: number): void {
    this.#port.conversation.rows(tag, completed, bytes.length)
    const passing = this.#port.limits.passing(bytes)
    if (passing === bytes.length) this.#client.push(bytes)
    else if (passing > 0) this.#client.push(bytes.subarray(0, passing))
  }

  message(raw: RawMessage): void {
    const step = this.#port.conversation.backend(raw)
    const answer = step.action === 'forward' ? raw.bytes : step.action === 'replace' ? step.bytes : undefined
    const shown = this.#port.limits.reply(step, answer)
    if (shown !== undefined) this.#client.push(shown)
    for (const event of step.events) this.#note(event)
  }

  #note(event: ConversationEvent<StatementRun>): void {
    switch (event.type) {
      case 'completed':
        this.#tell(event.entry, 'completed', undefined, countOf(event.commandTag))
        if (event.entry.type === 'Query') event.entry.context?.limit?.nextResult()
        return
      case 'suspended':
        return this.#tell(event.entry, 'suspended')
      case 'failed': {
        if (event.refused) return
        const sqlState = noticeField(event.error, 'sqlState')
        return this.#tell(event.entry, sqlState === QUERY_CANCELED ? 'cancelled' : 'failed', sqlState)
      }
      case 'skipped':
        for (const entry of event.entries) this.#tell(entry, 'skipped')
        return
      case 'ready':
      case 'acknowledged':
      case 'described':
      case 'parameters':
      case 'copy':
      case 'asynchronous':
      case 'terminated':
        return
    }
  }

  /** Records what a statement came to; a message without one has nothing to tell. */
  #tell(entry: Entry<StatementRun>, outcome: Outcome, sqlState?: string, affected?: number): void {
    const run = entry.context
    if (run === undefined || !TOLD.has(entry.type) || entry.refusal !== undefined) return
    if (run.limit !== undefined) return this.#tellLimited(run, run.limit, { outcome, sqlState, affected })
    const rows = affected ?? entry.rows - (entry.type === 'Query' ? run.rowsTold : 0)
    const bytes = entry.rowBytes - (entry.type === 'Query' ? run.bytesTold : 0)
    run.rowsTold = entry.rows
    run.bytesTold = entry.rowBytes
    recordOutcome(this.#port, run, { outcome, sqlState, rows, bytes })
  }

  /** The same of a statement with limits: its rows are those that passed. */
  #tellLimited(run: StatementRun, limit: StatementLimit, { outcome, sqlState, affected }: LimitedEnding): void {
    const { rows, bytes } = limit.take()
    const { ended, excess } = limit
    if (ended === undefined) {
      recordOutcome(this.#port, run, { outcome, sqlState, rows: affected ?? rows, bytes, limit: excess })
    } else {
      recordOutcome(this.#port, run, { outcome: 'limited', sqlState: limitState(ended), rows, bytes, limit: ended })
    }
  }

  #setFlow(): void {
    const flowing = !this.#ended && !this.#queue.closed && (!this.#client.full || this.#port.limits.dropping)
    if (flowing === this.#flowing) return
    this.#flowing = flowing
    this.#port.onFlow(flowing)
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.end()
    this.#port.onFailure(error)
  }
}

interface LimitedEnding {
  readonly outcome: Outcome
  readonly sqlState: string | undefined
  readonly affected: number | undefined
}

/** The rows that a statement returned or changed, as its command tag counts them: `SELECT 3`, `INSERT 0 1`; undefined for tags without a count. */
function countOf(commandTag: string): number | undefined {
  const digits = / (\d+)$/.exec(commandTag)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const DATA_ROW = 0x44 // 'D'
const COPY_DATA = 0x64 // 'd'
const QUERY_CANCELED = '57014'
/** Messages whose end is the end of a statement, or of the attempt to run one. */
const TOLD: ReadonlySet<string> = new Set(['Query', 'Parse', 'Bind', 'Execute', 'FunctionCall'])
