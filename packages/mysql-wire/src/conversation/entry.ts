import type { ColumnDefinition } from '../backend/column-definition.ts'
import type { ErrPacket } from '../backend/err-packet.ts'
import type { ParameterType } from '../frontend/parameters.ts'
import type { FrontendMessage } from '../frontend/message.ts'
import type { Phase } from './table.ts'

/** A prepared statement that the backend has confirmed. */
export interface PreparedStatement<C> {
  readonly id: number
  /** What the caller gave with its COM_STMT_PREPARE. */
  readonly context: C | undefined
  readonly parameterCount: number
  /** Its columns as last described; empty when it returns no rows; undefined when the backend left them out. */
  readonly columns: readonly ColumnDefinition[] | undefined
  /** The types of its parameters as the frontend said them last. */
  readonly parameterTypes: readonly ParameterType[] | undefined
  /** Parameters that COM_STMT_SEND_LONG_DATA sent for the next execution. */
  readonly longData: ReadonlySet<number>
  /** Set when long data was refused: the execution must be, with this. */
  readonly refusal: ErrPacket | undefined
}

/** A command whose replies have not all come. */
export interface Entry<C> {
  readonly type: FrontendMessage['type']
  /** What the caller gave with the command. */
  readonly context: C | undefined
  /** True for a command that is answered here and never sent to the backend. */
  readonly local: boolean
  /** True for a command the frontend never sent: nothing of its replies is shown to the frontend. */
  readonly injected: boolean
  /** The statement that is run, fetched from or reset, or that COM_STMT_PREPARE made. */
  readonly statement: PreparedStatement<C> | undefined
  /** Which result is being answered, from 0. */
  readonly resultIndex: number
  /** How the rows that come now are written. */
  readonly format: 'text' | 'binary'
  /** The columns of the rows that come now; undefined when the backend left them out and they are not known from before. */
  readonly columns: readonly ColumnDefinition[] | undefined
  /** How many columns the rows have. */
  readonly columnCount: number
  /** Rows so far, of all results. */
  readonly rows: number
  /** Their size with headers. */
  readonly rowBytes: number
  /** The sequence id that the next packet has, of either side. */
  readonly sequence: number
}

/** The machine's own view of a statement. */
export type MutableStatement<C> = Mutable<PreparedStatement<C>> & {
  readonly longData: Set<number>
  readonly injected: boolean
  /** The types as the backend is known to have them: those of the last execution that said any and did not fail. */
  backendTypes: readonly ParameterType[] | undefined
  /** What a cursor's rows have, while one may be open. */
  cursorColumns: readonly ColumnDefinition[] | undefined
}

/** The machine's own view of an entry. */
export interface MutableEntry<C> extends Mutable<Entry<C>> {
  phase: Phase
  statement: MutableStatement<C> | undefined
  /** Column definitions that have come of those that are owed. */
  definitions: ColumnDefinition[]
  owed: number
  /** Of COM_STMT_PREPARE: the columns that follow the parameters. */
  preparedColumns: number
  metadataFollows: boolean
  /** Types of parameters that an execution says, until it is answered. */
  types: readonly ParameterType[] | undefined
  /** A cursor was asked for. */
  cursor: boolean
  /** The rows that come now are OUT parameters, and another result follows on them. */
  outParameters: boolean
  /** Files that the text names, which the backend may ask for. */
  files: readonly string[]
  /** The answer of a local one. */
  answer: Uint8Array | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** An entry with everything at its beginning. */
export function newEntry<C>(type: FrontendMessage['type'], phase: Phase, context: C | undefined): MutableEntry<C> {
  return {
    type,
    phase,
    context,
    local: false,
    injected: false,
    statement: undefined,
    resultIndex: 0,
    format: 'text',
    columns: undefined,
    columnCount: 0,
    rows: 0,
    rowBytes: 0,
    sequence: 1,
    definitions: [],
    owed: 0,
    preparedColumns: 0,
    metadataFollows: true,
    types: undefined,
    cursor: false,
    outParameters: false,
    files: NO_FILES,
    answer: undefined,
  }
}

const NO_FILES: readonly never[] = []
