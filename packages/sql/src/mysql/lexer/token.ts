/** The smallest parts of a text that mean something. */
export type TokenType =
  /** An unquoted word; a keyword where `keyword` says so. */
  | 'word'
  /** An identifier in backticks, or in double quotes under ANSI_QUOTES. */
  | 'quoted'
  | 'string'
  /** `X'…'`, `0x…`, `B'…'`, `0b…`. */
  | 'bytes'
  | 'integer'
  /** A number with a point. */
  | 'decimal'
  /** A number with an exponent. */
  | 'float'
  /** `_utf8mb4` before a string. */
  | 'introducer'
  /** `@name`; the text is the name. */
  | 'variable'
  /** `?`. */
  | 'parameter'
  /** An optimizer hint; the text is what stands between the signs. */
  | 'hint'
  /** `$$ … $$`. */
  | 'dollar'
  | 'operator'
  | 'end'

export interface Token {
  readonly type: TokenType
  /** A name or a string without its quotes and escapes; else as written. */
  readonly text: string
  /** The upper-case keyword that a word, or the sign that an operator stands for; '' for every other token. */
  readonly keyword: string
  /** UTF-16 offsets into the text, end exclusive. */
  readonly start: number
  readonly end: number
  /** An opening parenthesis follows so closely that the word may be a function of the grammar. */
  readonly call: boolean
}
