import type { Effect } from './effect.ts'

export type Dialect = 'postgres' | 'mysql'

/** The facts of one statement. Rules see these facts, never the text. */
export interface Statement {
  readonly dialect: Dialect
  /** The grammar's own word in kebab case: `select`, `insert`, `drop-table`, `set`, `call`, `copy` … */
  readonly kind: string
  readonly effects: ReadonlySet<Effect>
  readonly relations: readonly Relation[]
  readonly functions: readonly FunctionCall[]
  readonly where: Where
  readonly limit: Limit
  /** Columns that are compared, ordered or grouped by; 'unknown' when that could not be told. */
  readonly predicates: readonly Predicate[] | 'unknown'
  /** Literals replaced; for allow-lists, approvals and search. Never the only key of a security decision: it ignores literals. */
  readonly fingerprint: string
  /** The base columns that flow into each output column; 'unknown' until lineage can tell. */
  readonly output: readonly OutputColumn[] | 'unknown'
  /** What the statement does to names and settings of the session, for those who track it. */
  readonly session: SessionChange | undefined
  /** Where the statement stands in the text that was parsed: UTF-16 offsets, end exclusive. */
  readonly range: { readonly start: number; readonly end: number }
}

/** A table, view or similar that a statement touches. */
export interface Relation {
  /** Undefined when neither the text nor the catalogue names it; rules treat that as a match. */
  readonly schema: string | undefined
  readonly name: string
  readonly access: 'read' | 'write'
  readonly columns: readonly string[] | 'all'
}

export interface FunctionCall {
  /** Undefined when the text does not name it. */
  readonly schema: string | undefined
  readonly name: string
  readonly effects: ReadonlySet<Effect>
}

/**
 * The WHERE of an UPDATE or DELETE. `none`: the statement has no such part. `always-true`: there is one, and it cannot be false for any row
 * (`WHERE true`, `1 = 1`, `id = id`).
 */
export type Where = 'none' | 'absent' | 'always-true' | 'present'

/** The row limit of a query's outermost part: a number, `absent`, `unknown` (a parameter or an expression), or `none` for what has no rows. */
export type Limit = number | 'absent' | 'unknown' | 'none'

export interface Predicate {
  readonly relation: string | undefined
  readonly column: string
  readonly use: 'equality' | 'comparison' | 'pattern' | 'order' | 'group' | 'other'
}

export interface OutputColumn {
  readonly name: string
  readonly sources: readonly ColumnName[] | 'unknown'
  /** `plain`: the very value; `derived`: something computed from the sources. */
  readonly how: 'plain' | 'derived'
}

export interface ColumnName {
  readonly schema: string | undefined
  readonly relation: string
  readonly column: string
}

/** A name that is undefined means all of them. */
export type SessionChange =
  /** More than one at once, in order: MySQL's `SET a = 1, b = 2`. */
  | { readonly type: 'several'; readonly changes: readonly SessionChange[] }
  | {
      readonly type: 'set'
      readonly name: string
      readonly value: SettingValue
      readonly local: boolean
    }
  | { readonly type: 'reset-all' }
  | { readonly type: 'prepare'; readonly name: string; readonly statement: Statement | 'unknown' }
  | { readonly type: 'execute'; readonly name: string }
  | { readonly type: 'deallocate'; readonly name: string | undefined }
  | { readonly type: 'declare'; readonly name: string; readonly statement: Statement }
  | { readonly type: 'fetch'; readonly name: string }
  | { readonly type: 'close'; readonly name: string | undefined }
  | { readonly type: 'copy'; readonly direction: 'in' | 'out'; readonly format: 'text' | 'csv' | 'binary' | 'unknown' }

/** The value that a SET gives: a literal of the text, the server's default, or something only the server can tell. */
export type SettingValue = { readonly literal: string } | 'default' | 'unknown'

/** What became of a text: its statements in order (none for an empty text), or why it has none. */
export type Analysis =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly failure: ParseFailure }

export interface ParseFailure {
  /**
   * `syntax`: the server's grammar refuses it. `encoding`: NUL bytes or invalid UTF-8. `too-large`, `too-deep`, `too-slow`: a limit of the guard.
   */
  readonly code: 'syntax' | 'encoding' | 'too-large' | 'too-deep' | 'too-slow'
  /** One sentence for the user, without values from the text beyond the offending token. */
  readonly message: string
  /** UTF-16 offset into the text, where known. */
  readonly position: number | undefined
}
