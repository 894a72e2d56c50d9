/** Why an analyser could not be made or used; what is wrong with a text is a `ParseFailure`, never an error. */
export type SqlErrorCode =
  /** The parser's WebAssembly module could not be started. */
  | 'parser-unavailable'
  /** A limit or a setting given to the analyser makes no sense. */
  | 'invalid-setting'

/** The one error of this package. */
export class SqlAnalyserError extends Error {
  readonly code: SqlErrorCode

  constructor(code: SqlErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'SqlAnalyserError'
    this.code = code
  }
}
