/*
 * Theory of operation
 *
 * A statement under a limit may have to be cancelled, and a cancel hits whatever runs when it lands. So it is the last thing in flight: behind its
 * Execute or Query only its Sync passes until it is answered (`admits`). The agent takes a cancel at its place among the messages and holds
 * those behind it until the server has taken note, so a late one meets an idle server, which ignores it.
 *
 * A result that is too large is cut at a whole row; what follows is dropped. When the server was stopped by the cancel, its own error has failed the
 * transaction, and only the error's text is exchanged. When it was done before, the client is told the same error, and where the server stands in
 * a transaction, or the Sync has not been sent, a message that is bound to fail goes behind the statement, unseen by the client: so what the
 * client reads, and what the server does, is the same whichever came first.
 *
 * A statement that changes something is never failed for its size: its rows are cut, it completes, and a warning says so. A statement whose time is up
 * is cancelled; if it was done all the same, it is done.
 */
import type { LimitFacts } from '@sallyport/audit'
import {
  encodeFrontend,
  noticeField,
  type Conversation,
  type ConversationEvent,
  type Entry,
  type ErrorResponse,
  type Step,
} from '@sallyport/pg-wire'
import type { StatementLimit } from '../../guard/statement-limit.ts'
import { limitError, limitWarning } from '../../reply/postgres/limit.ts'
import type { Deadlines } from '../deadlines.ts'
import type { StatementRun } from '../statement-run.ts'
import { RowCut } from './row-cut.ts'

export interface LimitWatchPort {
  readonly conversation: Conversation<StatementRun>
  readonly deadlines: Deadlines
  /** Sends the agent something that the client did not. */
  readonly send: (bytes: Uint8Array) => void
  /** What waited behind the statement may go. */
  readonly onSettled: () => void
}

/** Keeps the one statement under a limit that is in flight within it. */
export class LimitWatch {
  readonly #port: LimitWatchPort
  readonly #cut = new RowCut()
  #run: LimitedRun | undefined
  #phase: 'running' | 'ending' | 'told' = 'running'
  /** Whether it is an Execute whose Sync has not been sent. */
  #open = false
  /** ReadyForQuery messages that are owed before the segment of the statement begins, and in all. */
  #readyAhead = 0
  #readyOwed = 0
  /** Something of the segment that is being sent has changes that only its Sync makes last. */
  #changed = false
  /** The last Execute of the segment that is being sent, until it is answered. */
  #executing: Entry<StatementRun> | undefined
  /** The segment that is being sent has failed. */
  #skipped = false
  /** Whether the Sync waits as well, because those changes must not last when the statement fails. */
  #holdsSync = false
  /** Messages of ours that are bound to fail and have not. */
  #failing = 0

  constructor(port: LimitWatchPort) {
    this.#port = port
  }

  /** Whether rows are dropped: the client need not keep up with them. */
  get dropping(): boolean {
    return this.#run !== undefined && this.#phase !== 'running'
  }

  /** Whether a message of the client may be sent now; asked again when `onSettled` was called. */
  admits(tag: number): boolean {
    if (this.#executing !== undefined && BEGINNING.has(tag)) return false
    if (this.#run === undefined || PASSING.has(tag)) return true
    return tag === SYNC && this.#open && !this.#holdsSync
  }

  /** Whether the backend may keep back the replies that are waited for, unless it is told to Flush. */
  get wantsFlush(): boolean {
    return this.#open || this.#executing !== undefined
  }

  /**
   * Whether an Execute must wait, because another statement of its segment may still run: until that is done its own time cannot be counted, nor
   * can it be cancelled. `run` is undefined when its limits are not known yet.
   */
  mustWait(run: StatementRun | undefined): boolean {
    return this.#executing !== undefined && (run === undefined || run.limit?.timeoutMs !== undefined)
  }

  /** A message of the client is about to be sent. */
  sent(entry: Entry<StatementRun> | undefined): void {
    if (entry === undefined) return
    const { type, context: run } = entry
    const runs = RUNNING.has(type)
    // What follows a failure in its segment is passed over, and is never answered.
    if (runs && isLimited(run) && !this.#skipped) this.#begin(run, type === 'Execute')
    if (type === 'Sync' || type === 'Query' || type === 'FunctionCall') {
      this.#readyOwed++
      this.#changed = false
      this.#open = false
      this.#executing = undefined
      if (type === 'Sync') this.#skipped = false
    } else if (runs && run?.passage?.waits !== false) this.#changed = true
    if (type === 'Execute' && !this.#skipped) this.#executing = entry
    this.#start()
  }

  /** The session is over. */
  end(): void {
    if (this.#run !== undefined) this.#port.deadlines.stop(this.#run.limit)
    this.#run = undefined
  }

  /** How many bytes of a run of rows may pass. */
  passing(bytes: Uint8Array): number {
    const run = this.#run
    if (run === undefined || this.#port.conversation.current?.context !== run) return bytes.length
    this.#port.deadlines.progressed()
    if (this.#phase !== 'running') return 0
    const passing = this.#cut.passing(bytes, run.limit)
    if (run.limit.excess !== undefined && run.limit.beyond === 'fail') this.#phase = 'ending'
    return passing
  }

  /** What the client gets for a message of the backend; undefined for nothing. */
  reply(step: Step<StatementRun>, bytes: Uint8Array | undefined): Uint8Array | undefined {
    for (const event of step.events) {
      if (event.type === 'ready') this.#answered()
      else if (event.type === 'completed' || event.type === 'suspended') {
        if (event.entry === this.#executing) this.#executing = undefined
      } else if (event.type === 'failed' && this.#readyOwed === 0 && SKIPPING.has(event.entry.type)) {
        this.#skipped = true
        this.#executing = undefined
      }
    }
    if (this.#run === undefined && this.#failing === 0) return bytes
    let shown = bytes
    if (step.events.length === 0) shown = this.dropping ? undefined : bytes
    for (const event of step.events) shown = this.#happened(event, shown)
    return shown
  }

  /** Everything that has come was looked at. */
  rest(): void {
    // A result that is only a little too large is complete by now, and nothing needs to be cancelled.
    if (this.#run !== undefined && this.#phase === 'ending') this.#port.deadlines.cancel(this.#run.limit)
    else this.#start()
  }

  /** A ReadyForQuery has come. */
  #answered(): void {
    if (this.#readyOwed > 0) this.#readyOwed--
    if (this.#readyAhead > 0) this.#readyAhead--
    // A Sync that a COPY has swallowed is never answered.
    if (this.#port.conversation.pending === 0) this.#readyOwed = this.#readyAhead = 0
  }

  /** The clock runs once the server has done with all segments before; what stands before it in its own takes no time. */
  #start(): void {
    const run = this.#run
    if (run?.limit.timeoutMs !== undefined && this.#phase === 'running' && this.#readyAhead === 0) {
      this.#port.deadlines.start(run.limit, () => this.#endCopyIn())
    }
  }

  /** A server that reads COPY data takes no notice of a cancel, but of a CopyFail. */
  #endCopyIn(): void {
    const { conversation, send } = this.#port
    const entry = conversation.current
    if (this.#run === undefined || entry?.context !== this.#run || entry.copy?.direction !== 'in') return
    conversation.frontend(COPY_FAIL)
    send(encodeFrontend(COPY_FAIL))
  }

  #begin(run: LimitedRun, open: boolean): void {
    this.#run = run
    this.#holdsSync = this.#changed && run.limit.sized && run.limit.beyond === 'fail'
    this.#phase = 'running'
    this.#open = open
    this.#readyAhead = this.#readyOwed
    this.#cut.reset()
  }

  #happened(event: ConversationEvent<StatementRun>, bytes: Uint8Array | undefined): Uint8Array | undefined {
    switch (event.type) {
      case 'ready':
        return this.#ready(event.status === 'block', bytes)
      case 'failed':
        return this.#failed(event, bytes)
      case 'completed':
      case 'suspended':
        return this.#ended(event, bytes)
      case 'copy':
        if (this.#run?.limit.overtime !== undefined) this.#endCopyIn()
        return this.dropping ? undefined : bytes
      case 'described':
      case 'acknowledged':
      case 'parameters':
        return this.dropping ? undefined : bytes
      case 'skipped':
      case 'asynchronous':
      case 'terminated':
    }
    return bytes
  }

  /** A statement of a Query, or the Execute, succeeded. */
  #ended(
    { entry }: Extract<ConversationEvent<StatementRun>, { type: 'completed' | 'suspended' }>,
    bytes: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const run = this.#run
    if (run === undefined || entry.context !== run) return bytes
    const { limit } = run
    if (this.#phase === 'told') return undefined
    const { excess } = limit
    if (this.#phase === 'ending' && excess !== undefined) {
      this.#tell(limit, excess)
      if (this.#open) {
        this.#fail(false)
        this.#settle()
      }
      return limitError(excess)
    }
    this.#cut.reset()
    if (entry.type !== 'Query') this.#settle()
    if (excess === undefined || limit.warned || bytes === undefined) return bytes
    limit.warned = true
    return Buffer.concat([limitWarning(excess), bytes])
  }

  #failed(
    { entry, error }: Extract<ConversationEvent<StatementRun>, { type: 'failed' }>,
    bytes: Uint8Array | undefined,
  ): Uint8Array | undefined {
    if (entry.refusal === FAILING) {
      this.#failing--
      return undefined
    }
    const run = this.#run
    if (run === undefined) return bytes
    const { limit } = run
    if (this.#phase === 'told') {
      // The client has its error, and the server has failed on its own.
      this.#settle()
      return undefined
    }
    if (entry.context !== run) {
      // Something before it in its segment failed, so the server passes over it.
      if (this.#readyAhead === 0) this.#settle()
      return bytes
    }
    const ending = this.#phase === 'ending' ? limit.excess : undefined
    const cancelled = noticeField(error, 'sqlState') === QUERY_CANCELED ? limit.overtime : undefined
    const reason = ending ?? cancelled
    if (reason !== undefined) this.#tell(limit, reason)
    this.#settle()
    return reason === undefined ? bytes : limitError(reason)
  }

  #ready(inTransaction: boolean, bytes: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#run === undefined || this.#port.conversation.pending > 0) return bytes
    const told = this.#phase === 'told'
    if (told && inTransaction) this.#fail(true)
    this.#settle()
    return told && inTransaction ? undefined : bytes
  }

  #tell(limit: StatementLimit, reason: LimitFacts): void {
    limit.ended = reason
    this.#phase = 'told'
    this.#port.deadlines.stop(limit)
  }

  /** Makes the server fail where it has succeeded. */
  #fail(withSync: boolean): void {
    const { conversation, send } = this.#port
    this.#failing++
    send(conversation.refuse({ type: 'Execute', portal: '', maxRows: 0 }, FAILING))
    if (!withSync) {
      // What comes behind it is passed over up to the Sync, so no statement there begins.
      this.#skipped = true
      return
    }
    this.#readyOwed++
    conversation.frontend({ type: 'Sync' })
    send(SYNC_BYTES)
  }

  #settle(): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    this.#open = false
    this.#phase = 'running'
    this.#port.deadlines.stop(run.limit)
    this.#port.onSettled()
  }
}

/** A statement that has limits. */
type LimitedRun = StatementRun & { readonly limit: StatementLimit }

function isLimited(run: StatementRun | undefined): run is LimitedRun {
  return run?.limit !== undefined
}

/** The error of a message that is only there to fail; nobody sees it. */
const FAILING: ErrorResponse = { type: 'ErrorResponse', fields: [] }
const COPY_FAIL = { type: 'CopyFail', reason: 'Sallyport: the time of this statement is up' } as const
const SYNC = 0x53 // 'S'
const SYNC_BYTES = encodeFrontend({ type: 'Sync' })
/** Flush, CopyData, CopyDone, CopyFail, Terminate: they start nothing. */
const PASSING: ReadonlySet<number> = new Set([0x48, 0x64, 0x63, 0x66, 0x58])
/** Query, FunctionCall: without a Sync before them they go on with the segment. */
const BEGINNING: ReadonlySet<number> = new Set([0x51, 0x46])
const RUNNING: ReadonlySet<string> = new Set(['Query', 'Execute', 'FunctionCall'])
/** Messages after whose failure the backend passes over everything up to a Sync. */
const SKIPPING: ReadonlySet<string> = new Set(['Parse', 'Bind', 'Describe', 'Execute', 'Close'])
const QUERY_CANCELED = '57014'
