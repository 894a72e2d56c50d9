/*
 * Theory of operation
 *
 * What the agent sends goes through a queue that opens when the newest verdict's record is on the disk (`durable-queue.ts`). The scanner finds the
 * packets; rows are passed on in runs, as they lie; the conversation says of every other packet what it answers, whether the client gets it, and which
 * answers of ours follow it. What a statement came to is recorded as each of its results ends, and so is what it changed in the session.
 */
import type { AuditLog } from '@sallyport/audit-file'
import type { Outcome, SessionFacts } from '@sallyport/audit'
import { Reader } from '@sallyport/bytes'
import {
  PacketScanner,
  readTextRow,
  SERVER_STATUS,
  type Conversation,
  type ConversationEvent,
  type Entry,
  type PacketRun,
  type RawPacket,
  type Step,
} from '@sallyport/mysql-wire'
import type { Redaction } from '@sallyport/tunnel'
import type { StatementLimit } from '../../guard/statement-limit.ts'
import { limitNumber } from '../../reply/mysql/limit.ts'
import { ClientWriter } from '../client-writer.ts'
import { DurableQueue } from '../durable-queue.ts'
import { recordOutcome } from '../outcomes.ts'
import type { Barrier } from '../statement-run.ts'
import type { CommandRun } from './command-run.ts'
import type { LimitWatch } from './limit-watch.ts'
import type { SessionSettings } from './session-settings.ts'

export interface OutboundPort {
  readonly conversation: Conversation<CommandRun>
  readonly settings: SessionSettings
  readonly log: AuditLog
  readonly session: SessionFacts
  readonly barrier: Barrier
  readonly limits: LimitWatch
  readonly maxMessageBytes: number
  readonly monotonicMs: () => number
  /** Writes packets to the client; false when its socket has enough. */
  readonly write: (bytes: Uint8Array) => boolean
  /** Replies have passed: there may be room for more commands of the client. */
  readonly onReplies: () => void
  readonly onOutcome: (outcome: Outcome) => void
  readonly onFailure: (error: unknown) => void
  /** Whether the agent may send. */
  readonly onFlow: (flowing: boolean) => void
}

type Content = Uint8Array | readonly Redaction[] | (() => void)
type Completed = Extract<ConversationEvent<CommandRun>, { readonly type: 'completed' }>

/** The way of the agent's bytes to the client. */
export class Outbound {
  readonly #port: OutboundPort
  readonly #scanner: PacketScanner
  readonly #queue: DurableQueue<Content>
  readonly #client: ClientWriter
  /** Whether what is answered here waits for the client to read. */
  answersWait = false
  #flowing = true
  #ended = false
  /** The answer to a question of ours, as far as it has come. */
  #row: readonly (string | undefined)[] | undefined

  constructor(port: OutboundPort) {
    const { log, barrier, write, maxMessageBytes } = port
    this.#port = port
    this.#scanner = new PacketScanner({ maxMessageBytes })
    this.#client = new ClientWriter({ write })
    this.#queue = new DurableQueue({
      log,
      barrier,
      pass: (content) => this.#pass(content),
      onChange: () => this.#setFlow(),
      onFailure: (error) => this.#fail(error),
    })
  }

  /** Bytes that went to the client, before compression. */
  get bytes(): number {
    return this.#client.bytes
  }

  /** Whether the client has been given whole packets only, so that one more can follow. */
  get betweenPackets(): boolean {
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

  /** What is answered here and whose turn has come. */
  answer(bytes: Uint8Array): void {
    this.#client.push(bytes)
    this.#client.flush()
    // INVARIANT: who asks for what is answered here, and does not read it, is not asked for more.
    this.answersWait ||= this.#client.full
    this.#setFlow()
  }

  /** The client's socket can take more again. */
  drained(): void {
    this.#client.full = false
    this.#setFlow()
    if (!this.answersWait) return
    this.answersWait = false
    this.#port.onReplies()
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
    const { conversation, limits } = this.#port
    if (!(content instanceof Uint8Array)) {
      conversation.current?.context?.redactions.push(...content)
      return
    }
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
    // A file may begin now, too.
    if (conversation.pending < before || conversation.awaitsFile) this.#port.onReplies()
  }

  /** Rows pass as they lie, but for those that answer a question of ours. */
  streams(firstByte: number, length: number): boolean {
    const { conversation } = this.#port
    return conversation.current?.injected !== true && conversation.streams(firstByte, length)
  }

  run(run: PacketRun): void {
    if (this.#port.conversation.rows(run) !== 'forward') return
    const passing = this.#port.limits.passing(run)
    if (passing.length > 0) this.#client.push(passing)
  }

  message(raw: RawPacket): void {
    const { conversation, limits } = this.#port
    const entry = conversation.current
    if (entry?.injected === true && conversation.streams(raw.payload[0] ?? -1, raw.payload.length)) {
      const { values } = readTextRow(new Reader(raw.payload), entry.columnCount)
      this.#row = values.map((value) => (value === null ? undefined : Buffer.from(value).toString('latin1')))
    }
    const step: Step<CommandRun> = conversation.backend(raw)
    const answer = step.action === 'forward' ? raw.bytes : step.action === 'replace' ? step.bytes : undefined
    const shown = limits.reply(raw, answer, step.events)
    if (shown !== undefined) this.#client.push(shown)
    for (const bytes of step.following) this.#client.push(bytes)
    for (const event of step.events) this.#note(event)
  }

  #note(event: ConversationEvent<CommandRun>): void {
    if ('entry' in event && event.entry.injected) return this.#answered(event)
    switch (event.type) {
      case 'completed':
        return this.#completed(event)
      case 'failed': {
        const { entry, index, error } = event
        this.#settle(entry, index)
        return this.#tell(entry, CANCELLED.has(error.errorCode) ? 'cancelled' : 'failed', error.sqlState)
      }
      case 'prepared':
      case 'described':
      case 'answered':
      case 'infile':
      case 'progress':
      case 'terminated':
        return
    }
  }

  /** A command of ours: the question for the session's settings, or a COM_STMT_RESET that nobody waits for. */
  #answered({ type, entry }: ConversationEvent<CommandRun> & { readonly entry: Entry<CommandRun> }): void {
    if (entry.type !== 'COM_QUERY' || (type !== 'completed' && type !== 'failed')) return
    this.#port.settings.asked(type === 'completed' ? this.#row : undefined)
    this.#row = undefined
  }

  #completed({ entry, reply, more }: Completed): void {
    const { settings } = this.#port
    if (!more) this.#settle(entry, undefined)
    if (reply.type === 'OK') settings.told(reply)
    if (entry.type === 'COM_RESET_CONNECTION') settings.reset()
    const cursor = reply.type !== 'Statistics' && (reply.status & CURSOR) === SERVER_STATUS.CURSOR_EXISTS
    const affected = reply.type === 'OK' && !reply.end ? Number(reply.affectedRows) : undefined
    this.#tell(entry, cursor ? 'suspended' : 'completed', undefined, affected)
    if (more) entry.context?.limit?.nextResult()
  }

  /** The command is answered: what it changed in the session is known. */
  #settle({ type, context }: Entry<CommandRun>, failedAt: number | undefined): void {
    if (context?.unsettles === true && type !== 'COM_STMT_FETCH') this.#port.settings.answered(context, failedAt)
  }

  /** Records what a statement came to; a command without one has nothing to tell. */
  #tell(entry: Entry<CommandRun>, outcome: Outcome, sqlState?: string, affected?: number): void {
    const run = entry.context
    if (run === undefined || entry.local) return
    if (run.limit !== undefined) return this.#tellLimited(run, run.limit, { outcome, sqlState, affected })
    // Counts of an entry go over all of its results; each fetch from a cursor is an entry of its own.
    const told = entry.type === 'COM_STMT_FETCH' ? NOTHING_TOLD : run
    const rows = affected ?? entry.rows - told.rowsTold
    const bytes = entry.rowBytes - told.bytesTold
    run.rowsTold = entry.rows
    run.bytesTold = entry.rowBytes
    recordOutcome(this.#port, run, { outcome, sqlState, rows, bytes })
  }

  /** The same of a statement with limits: its rows are those that passed. */
  #tellLimited(run: CommandRun, limit: StatementLimit, { outcome, sqlState, affected }: LimitedEnding): void {
    const { rows, bytes } = limit.take()
    const { ended, excess } = limit
    if (ended === undefined) {
      recordOutcome(this.#port, run, { outcome, sqlState, rows: affected ?? rows, bytes, limit: excess })
      return
    }
    const { sqlState: state } = limitNumber(ended)
    recordOutcome(this.#port, run, { outcome: 'limited', sqlState: state, rows, bytes, limit: ended })
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

const NOTHING_TOLD = { rowsTold: 0, bytesTold: 0 } as const
const CURSOR = SERVER_STATUS.CURSOR_EXISTS | SERVER_STATUS.LAST_ROW_SENT
/** ER_QUERY_INTERRUPTED, ER_QUERY_TIMEOUT, MariaDB's ER_STATEMENT_TIMEOUT. */
const CANCELLED: ReadonlySet<number> = new Set([1317, 3024, 1969])
