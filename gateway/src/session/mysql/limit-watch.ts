/*
 * Theory of operation
 *
 * As with PostgreSQL (`../postgres/limit-watch.ts`), a statement under a limit is the last thing in flight: nothing is sent behind it until it is answered, so a cancel
 * hits it or nothing. An ERR may take the place of any packet of a result, and leaves a transaction as it is, so nothing has to be failed afterwards:
 * whether the cancel came in time or the server was done, the client gets the same ERR behind its last row. It ends the command, so whatever
 * results follow are dropped as well.
 *
 * A statement that changes something completes with its rows cut. This protocol has no warnings but a count of them: the packet that ends the result
 * counts one more. What comes behind rows that were dropped is numbered anew.
 */
import type { LimitFacts } from '@sallyport/audit'
import {
  encodeBackend,
  renumberPackets,
  type Capabilities,
  type Conversation,
  type ConversationEvent,
  type Entry,
  type PacketRun,
  type RawPacket,
} from '@sallyport/mysql-wire'
import type { StatementLimit } from '../../guard/statement-limit.ts'
import { limitError } from '../../reply/mysql/limit.ts'
import type { Deadlines } from '../deadlines.ts'
import type { CommandRun } from './command-run.ts'
import { RowCut } from './row-cut.ts'

export interface LimitWatchPort {
  readonly conversation: Conversation<CommandRun>
  readonly capabilities: Capabilities
  readonly deadlines: Deadlines
  /** What waited behind the statement may go. */
  readonly onSettled: () => void
}

/** Keeps the one statement under a limit that is in flight within it. */
export class LimitWatch {
  readonly #port: LimitWatchPort
  readonly #cut = new RowCut()
  #run: LimitedRun | undefined
  #phase: 'running' | 'ending' | 'told' = 'running'

  constructor(port: LimitWatchPort) {
    this.#port = port
  }

  /** Whether rows are dropped: the client need not keep up with them. */
  get dropping(): boolean {
    return this.#run !== undefined && this.#phase !== 'running'
  }

  /** Whether a command of the client may be sent now; asked again when `onSettled` was called. */
  admits({ payload }: RawPacket): boolean {
    return this.#run === undefined || payload[0] === COM_QUIT
  }

  /** A command of the client was registered, and is about to be sent. */
  sent(entry: Entry<CommandRun> | undefined): void {
    const run = entry?.context
    if (!isLimited(run) || entry === undefined || !RUNNING.has(entry.type)) return
    this.#run = run
    this.#phase = 'running'
    this.#cut.reset()
    this.rest()
  }

  /** What passes of a run of rows. */
  passing({ bytes }: PacketRun): Uint8Array {
    const run = this.#run
    if (run === undefined || this.#port.conversation.current?.context !== run) return bytes
    this.#port.deadlines.progressed()
    const passing = this.#cut.passing(bytes, run.limit)
    if (this.#phase !== 'running') return NOTHING
    if (run.limit.excess !== undefined && run.limit.beyond === 'fail') this.#phase = 'ending'
    return passing
  }

  /** What the client gets for a packet of the backend; undefined for nothing. `bytes` are what it would get without limits. */
  reply(
    raw: RawPacket,
    bytes: Uint8Array | undefined,
    events: readonly ConversationEvent<CommandRun>[],
  ): Uint8Array | undefined {
    const run = this.#run
    if (run === undefined) return bytes
    let ours = this.#port.conversation.current?.context === run
    let shown: Uint8Array | undefined
    let decided = false
    const sequence = (raw.sequence - this.#cut.dropped) & 0xff
    for (const event of events) {
      if (event.type === 'terminated') return bytes
      if (event.type === 'answered' || event.entry.context !== run) continue
      ours = true
      if (event.type !== 'completed' && event.type !== 'failed') continue
      shown = this.#ended(event, bytes, sequence)
      decided = true
    }
    if (!ours || decided) return ours ? shown : bytes
    if (this.#phase !== 'running' || bytes === undefined) return undefined
    return this.#cut.dropped === 0 ? bytes : renumberPackets(bytes, sequence)
  }

  /** Everything that has come was looked at. */
  rest(): void {
    const run = this.#run
    if (run === undefined) return
    const { deadlines, conversation } = this.#port
    // A result that is only a little too large is complete by now, and nothing needs to be cancelled.
    if (this.#phase === 'ending') deadlines.cancel(run.limit)
    else if (this.#phase === 'running' && run.limit.timeoutMs !== undefined && conversation.current?.context === run) {
      deadlines.start(run.limit, () => undefined)
    }
  }

  /** The session is over. */
  end(): void {
    if (this.#run !== undefined) this.#port.deadlines.stop(this.#run.limit)
    this.#run = undefined
  }

  /** A result is complete, or the command has failed. */
  #ended(
    event: Extract<ConversationEvent<CommandRun>, { type: 'completed' | 'failed' }>,
    bytes: Uint8Array | undefined,
    sequence: number,
  ): Uint8Array | undefined {
    const limit = this.#run!.limit
    const last = event.type === 'failed' || !event.more
    let shown: Uint8Array | undefined
    if (this.#phase !== 'told') {
      const reason = this.#reason(limit, event)
      if (reason !== undefined) {
        limit.ended = reason
        this.#phase = 'told'
        this.#port.deadlines.stop(limit)
        shown = encodeBackend(limitError(reason), this.#port.capabilities, sequence)
      } else shown = this.#complete(limit, event, bytes, sequence)
    }
    if (last) this.#settle()
    return shown
  }

  /** The limit that ends the command by this reply. */
  #reason(
    limit: StatementLimit,
    event: Extract<ConversationEvent<CommandRun>, { type: 'completed' | 'failed' }>,
  ): LimitFacts | undefined {
    if (this.#phase === 'ending') return limit.excess
    return event.type === 'failed' && CANCELLED.has(event.error.errorCode) ? limit.overtime : undefined
  }

  #complete(
    limit: StatementLimit,
    event: Extract<ConversationEvent<CommandRun>, { type: 'completed' | 'failed' }>,
    bytes: Uint8Array | undefined,
    sequence: number,
  ): Uint8Array | undefined {
    if (bytes === undefined || this.#cut.dropped === 0) return bytes
    if (event.type === 'failed' || event.reply.type === 'Statistics' || limit.excess === undefined || limit.warned) {
      return renumberPackets(bytes, sequence)
    }
    limit.warned = true
    const { reply } = event
    const warnings = Math.min(0xffff, reply.warnings + 1)
    return encodeBackend({ ...reply, warnings }, this.#port.capabilities, sequence)
  }

  #settle(): void {
    const run = this.#run
    if (run === undefined) return
    this.#run = undefined
    this.#phase = 'running'
    this.#port.deadlines.stop(run.limit)
    this.#port.onSettled()
  }
}

/** A statement that has limits. */
type LimitedRun = CommandRun & { readonly limit: StatementLimit }

function isLimited(run: CommandRun | undefined): run is LimitedRun {
  return run?.limit !== undefined
}

const NOTHING = new Uint8Array(0)
const COM_QUIT = 0x01
const RUNNING: ReadonlySet<string> = new Set([
  'COM_QUERY',
  'COM_STMT_EXECUTE',
  'COM_STMT_BULK_EXECUTE',
  'COM_STMT_FETCH',
  'COM_FIELD_LIST',
  'COM_PROCESS_INFO',
])
/** ER_QUERY_INTERRUPTED, ER_QUERY_TIMEOUT, MariaDB's ER_STATEMENT_TIMEOUT. */
const CANCELLED: ReadonlySet<number> = new Set([1317, 3024, 1969])
