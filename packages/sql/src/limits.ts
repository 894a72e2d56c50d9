/** What an analyser refuses to chew on. Every field bounds time or memory of one call. */
export interface SqlLimits {
  /** Longest text, in UTF-8 bytes; a longer one is `too-large`. */
  readonly maxTextBytes: number
  /** Deepest nesting of the parse tree, in nodes; a deeper one is `too-deep`. Bounds the stack. */
  readonly maxDepth: number
  /** Most statements in one text; more are `too-large`. */
  readonly maxStatements: number
  /** Most bytes that a PostgreSQL statement may have built from constants alone, by repeat, lpad and the like; more is `too-large`. */
  readonly maxBuiltBytes: number
  /** Texts up to this many UTF-16 units may be parsed where the caller runs; longer ones belong into a worker. */
  readonly maxInlineLength: number
}

/** The limits where nothing else is configured. */
export const DEFAULT_SQL_LIMITS: SqlLimits = {
  maxTextBytes: 1024 * 1024,
  maxDepth: 1000,
  maxStatements: 10_000,
  maxBuiltBytes: 4 * 1024 * 1024,
  maxInlineLength: 16 * 1024,
}
