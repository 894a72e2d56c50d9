import type { ColumnDefinition } from '../backend/column-definition.ts'
import type { EofPacket } from '../backend/eof-packet.ts'
import type { ErrPacket } from '../backend/err-packet.ts'
import type { OkPacket } from '../backend/ok-packet.ts'
import type { Statistics } from '../backend/statistics.ts'
import type { Entry, PreparedStatement } from './entry.ts'

/** What a packet of the backend meant; a value, for the caller to act on. */
export type ConversationEvent<C> =
  /** A result (which: `index`) is complete; with `more`, another follows, else the command is answered. */
  | {
      readonly type: 'completed'
      readonly entry: Entry<C>
      readonly index: number
      readonly reply: OkPacket | EofPacket | Statistics
      readonly more: boolean
    }
  /** The command failed at result `index`, and is answered. */
  | { readonly type: 'failed'; readonly entry: Entry<C>; readonly index: number; readonly error: ErrPacket }
  /** The columns of the rows that follow; undefined when they were left out and are not known from before. */
  | {
      readonly type: 'described'
      readonly entry: Entry<C>
      readonly columns: readonly ColumnDefinition[] | undefined
    }
  /** COM_STMT_PREPARE is answered. */
  | { readonly type: 'prepared'; readonly entry: Entry<C>; readonly statement: PreparedStatement<C> }
  /** The turn of a command came that was answered here; its answer is in `following`. */
  | { readonly type: 'answered'; readonly entry: Entry<C> }
  /** The backend asks for a file that the statement names. */
  | { readonly type: 'infile'; readonly entry: Entry<C>; readonly path: string }
  /** MariaDB tells how far it is. */
  | { readonly type: 'progress'; readonly entry: Entry<C> }
  /** The backend ends the session, and says why. */
  | { readonly type: 'terminated'; readonly error: ErrPacket }

/** What to do with a packet of the backend, and what it meant. */
export type Step<C> = {
  readonly events: readonly ConversationEvent<C>[]
  /** Answers to refused commands whose turn has come: the frontend gets them behind this packet, in this order. */
  readonly following: readonly Uint8Array[]
} & (
  | { readonly action: 'forward' }
  /** A reply to an injected command: the frontend must not see it. */
  | { readonly action: 'drop' }
  /** The frontend gets these bytes instead. */
  | { readonly action: 'replace'; readonly bytes: Uint8Array }
)

/** What becomes of a command that is answered here. */
export interface LocalAnswer {
  /** The answer, when its turn has come already; otherwise it comes with a {@link Step}. */
  readonly toFrontend: Uint8Array | undefined
  /** What the backend must be sent so that it stands where it would after a failure of its own. */
  readonly toBackend: Uint8Array | undefined
}
