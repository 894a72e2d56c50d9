import type { Field } from '../backend/row-description.ts'
import type { CopyFormats } from '../backend/copy-response.ts'
import type { ErrorResponse } from '../backend/error-response.ts'
import type { Format } from '../codec.ts'
import type { Target } from '../frontend/target.ts'
import type { Change } from './names.ts'
import type { Phase } from './table.ts'

/** A prepared statement, as the messages that made it told. */
export interface PreparedStatement<C> {
  readonly name: string
  /** What the caller gave with its Parse. */
  readonly context: C | undefined
  /** Type OIDs as the Parse gave them; 0 where the server infers. */
  readonly parameterTypes: readonly number[]
  /** Its columns as last described, without formats; 'none' when it returns no rows; undefined until described. */
  readonly fields: readonly Field[] | 'none' | undefined
}

/** A portal, as the messages that made it told. */
export interface Portal<C> {
  readonly name: string
  /** What the caller gave with its Bind. */
  readonly context: C | undefined
  /** What it was bound from; undefined for a statement that was prepared in SQL, or is not known for sure. */
  readonly statement: PreparedStatement<C> | undefined
  /** As the Bind gave them: none for all text, one for all columns, or one each. */
  readonly resultFormats: readonly Format[]
  /** Its columns as last described; 'none' when it returns no rows; undefined until described. */
  readonly fields: readonly Field[] | 'none' | undefined
}

/** The messages that replies are owed for, and the two that end a COPY FROM STDIN. */
export type EntryType =
  | 'Parse'
  | 'Bind'
  | 'Describe'
  | 'Execute'
  | 'Close'
  | 'Query'
  | 'FunctionCall'
  | 'Sync'
  | 'CopyDone'
  | 'CopyFail'

/** A message of the frontend whose replies have not all come. */
export interface Entry<C> {
  readonly type: EntryType
  /** What the caller gave with the message. */
  readonly context: C | undefined
  /** Set for a message that was refused: its substitute is what the backend answers. */
  readonly refusal: ErrorResponse | undefined
  /** True for a message the frontend never sent: its success is not shown to the frontend. */
  readonly injected: boolean
  /** What a Describe or Close is about. */
  readonly target: Target | undefined
  /** The statement that a Parse makes, a Bind binds or a Describe describes; undefined when it is not known. */
  readonly statement: PreparedStatement<C> | undefined
  /** The portal that a Bind makes, an Execute runs or a Describe describes; undefined when it is not known. */
  readonly portal: Portal<C> | undefined
  /** Which statement of a Query is being answered, from 0. */
  readonly statementIndex: number
  /** The columns of the rows that come now: from RowDescription for a Query, else as last described; undefined when not known. */
  readonly fields: readonly Field[] | 'none' | undefined
  /** Set while COPY data flows. */
  readonly copy: (CopyFormats & { readonly direction: 'in' | 'out' }) | undefined
  /** DataRow and CopyData messages so far, of all statements of a Query together. */
  readonly rows: number
  /** Their size with headers. */
  readonly rowBytes: number
}

/** The machine's own view of a statement. */
export type MutableStatement<C> = Mutable<PreparedStatement<C>>

/** The machine's own view of a portal. */
export type MutablePortal<C> = Mutable<Portal<C>> & { statement: MutableStatement<C> | undefined }

/** The machine's own view of an entry. */
export interface MutableEntry<C> extends Mutable<Entry<C>> {
  phase: Phase
  /** The portal or statement name as sent; '' also where the message has none. */
  name: string
  statement: MutableStatement<C> | undefined
  portal: MutablePortal<C> | undefined
  /** Whether the backend has begun to answer, other than with an error. */
  reached: boolean
  /** For a Bind: the name of the statement it binds. */
  boundName: string
  /** For a Sync: a COPY FROM STDIN that failed may have swallowed it, so its ReadyForQuery may come or not. */
  doubtful: boolean
  statementChanges: readonly Change<MutableStatement<C>>[]
  portalChanges: readonly Change<MutablePortal<C>>[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** An entry with everything at its beginning. */
export function newEntry<C>(type: EntryType, phase: Phase): MutableEntry<C> {
  return {
    type,
    phase,
    name: '',
    reached: false,
    boundName: '',
    context: undefined,
    refusal: undefined,
    injected: false,
    target: undefined,
    statement: undefined,
    portal: undefined,
    statementIndex: 0,
    fields: undefined,
    copy: undefined,
    rows: 0,
    rowBytes: 0,
    doubtful: false,
    statementChanges: NO_CHANGES,
    portalChanges: NO_CHANGES,
  }
}

const NO_CHANGES: readonly never[] = []
