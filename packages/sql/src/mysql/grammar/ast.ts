import type { Effect } from '@sallyport/core'

// What the grammar makes of a text: the parts that facts are read from. Operators of one precedence stand side by side in a chain, so a tree is
// only as deep as the text nests.

/** A name in its parts, from schema to column, without quotes. */
export type Path = readonly string[]

export type Expression =
  | Literal
  | { readonly type: 'parameter' }
  | { readonly type: 'column'; readonly path: Path }
  /** `*` or `t.*`; the path is what stands before the star. */
  | { readonly type: 'star'; readonly path: Path }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'system-variable'; readonly scope: string | undefined; readonly name: string }
  /** `@name := value`. */
  | { readonly type: 'assignment'; readonly name: string; readonly value: Expression }
  | Call
  | Chain
  | Operation
  | { readonly type: 'subquery'; readonly query: Query }

export interface Literal {
  readonly type: 'literal'
  readonly kind: 'string' | 'number' | 'bytes' | 'boolean' | 'null' | 'temporal'
  readonly value: string
}

export interface Call {
  readonly type: 'call'
  readonly path: Path
  readonly args: readonly Expression[]
  /**
   * How the server finds the function: `grammar`, it has a form of its own; `word`, by a word that may be one of the grammar's or a name;
   * `quoted`, by a name alone.
   */
  readonly found: 'grammar' | 'word' | 'quoted'
  readonly distinct: boolean
  /** Expressions of ORDER BY inside the parentheses, of OVER and WITHIN GROUP. */
  readonly order: readonly Expression[]
  readonly windowed: boolean
}

/** Operands with the operators between them, all of one precedence. */
export interface Chain {
  readonly type: 'chain'
  readonly operators: readonly string[]
  readonly operands: readonly Expression[]
}

/** An operator with a form of its own: NOT, unary minus, IN, BETWEEN, LIKE, IS NULL, CASE, ROW, EXISTS … */
export interface Operation {
  readonly type: 'operation'
  readonly name: string
  readonly operands: readonly Expression[]
}

export interface Query {
  readonly type: 'query'
  readonly ctes: readonly CommonTable[]
  readonly recursive: boolean
  readonly arms: readonly Arm[]
  /** UNION, UNION ALL, EXCEPT … between the arms. */
  readonly operators: readonly string[]
  readonly order: readonly Expression[]
  readonly limit: LimitClause | undefined
  readonly into: Into | undefined
  /** FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE. */
  readonly locks: boolean
}

export interface CommonTable {
  readonly name: string
  readonly query: Query
}

export type Arm =
  | Query
  | Select
  | { readonly type: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly type: 'table'; readonly path: Path }

export interface Select {
  readonly type: 'select'
  readonly distinct: boolean
  readonly hints: readonly string[]
  readonly items: readonly SelectItem[]
  readonly from: readonly TableReference[]
  readonly where: Expression | undefined
  readonly group: readonly Expression[]
  readonly having: Expression | undefined
  readonly windows: readonly Expression[]
  /** PROCEDURE ANALYSE, which shows values of every column. */
  readonly procedure: readonly Expression[] | undefined
  /** INTO between the items and FROM. */
  readonly into: Into | undefined
}

export interface SelectItem {
  readonly value: Expression
  readonly alias: string | undefined
}

export interface LimitClause {
  readonly count: Expression | undefined
  readonly offset: Expression | undefined
  readonly withTies: boolean
}

export type Into = { readonly type: 'file' } | { readonly type: 'variables'; readonly names: readonly string[] }

export type TableReference =
  | NamedTable
  /** A LATERAL one sees the tables before it. */
  | { readonly type: 'derived'; readonly query: Query; readonly alias: string; readonly lateral: boolean }
  | { readonly type: 'json-table'; readonly document: Expression; readonly alias: string }
  | Join

export interface NamedTable {
  readonly type: 'named'
  readonly path: Path
  readonly alias: string | undefined
  /** Points in time of FOR SYSTEM_TIME. */
  readonly period: readonly Expression[]
}

export interface Join {
  readonly type: 'join'
  readonly tables: readonly TableReference[]
  readonly conditions: readonly Expression[]
  readonly using: readonly string[]
  readonly natural: boolean
}

/** `column = value`. */
export interface Assignment {
  readonly path: Path
  readonly value: Expression
}

export type StatementNode = Query | Insert | Update | Delete | Load | Explain | Utility

export interface Insert {
  readonly type: 'insert'
  readonly replace: boolean
  readonly ctes: readonly CommonTable[]
  readonly recursive: boolean
  readonly hints: readonly string[]
  readonly table: NamedTable
  /** Empty for all columns. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Expression[])[]
  readonly query: Query | undefined
  /** The name of the new row in ON DUPLICATE KEY UPDATE. */
  readonly rowAlias: string | undefined
  readonly onDuplicate: readonly Assignment[]
  readonly returning: readonly SelectItem[] | undefined
}

export interface Update {
  readonly type: 'update'
  readonly ctes: readonly CommonTable[]
  readonly recursive: boolean
  readonly hints: readonly string[]
  readonly tables: readonly TableReference[]
  readonly assignments: readonly Assignment[]
  readonly where: Expression | undefined
  readonly order: readonly Expression[]
  readonly limit: LimitClause | undefined
  readonly returning: readonly SelectItem[] | undefined
}

export interface Delete {
  readonly type: 'delete'
  readonly ctes: readonly CommonTable[]
  readonly recursive: boolean
  readonly hints: readonly string[]
  /** Names or aliases of what loses rows; empty where it is the one table. */
  readonly targets: readonly Path[]
  readonly tables: readonly TableReference[]
  readonly where: Expression | undefined
  readonly order: readonly Expression[]
  readonly limit: LimitClause | undefined
  readonly returning: readonly SelectItem[] | undefined
  /** DELETE HISTORY leaves the present rows alone. */
  readonly history: boolean
}

export interface Load {
  readonly type: 'load'
  readonly kind: 'load-data' | 'load-xml'
  readonly table: Path
  readonly columns: readonly string[]
  readonly variables: readonly string[]
  readonly assignments: readonly Assignment[]
}

export interface Explain {
  readonly type: 'explain'
  /** The statement runs. */
  readonly analyze: boolean
  readonly statement: StatementNode
  /** MySQL may put the plan into a variable. */
  readonly into: string | undefined
}

/** Every other statement: what is known of it by its kind, and the parts that were read. */
export interface Utility {
  readonly type: 'utility'
  readonly kind: string
  readonly effects: readonly Effect[]
  readonly relations: readonly { readonly path: Path; readonly access: 'read' | 'write' }[]
  /** Expressions that run now. */
  readonly expressions: readonly Expression[]
  /** Queries and statements inside, and whether they run now or are kept for later. */
  readonly inner: readonly StatementNode[]
  readonly runs: 'now' | 'later'
  /** The stored procedure that is called. */
  readonly calls: Path | undefined
  readonly settings: readonly SettingAssignment[]
  readonly session: NameChange | undefined
}

/** One part of SET. */
export interface SettingAssignment {
  readonly target: 'system' | 'user' | 'other'
  /** `global`, `persist`, `persist_only`; undefined for the session. */
  readonly scope: string | undefined
  readonly name: string
  /** Undefined for the server's default. */
  readonly value: Expression | undefined
  readonly local: boolean
}

/** What a statement does to names of the session. */
export type NameChange =
  | { readonly type: 'prepare'; readonly name: string; readonly text: Expression }
  | { readonly type: 'execute-text'; readonly text: Expression }
  | { readonly type: 'execute'; readonly name: string }
  | { readonly type: 'deallocate'; readonly name: string }
