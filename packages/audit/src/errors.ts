/**
 * Why the audit format refused a value.
 *
 * - `not-json`: a value that JSON has no form for: NaN, an infinity, a function, a symbol, a bigint, or undefined inside a list.
 * - `lone-surrogate`: a text with half of a surrogate pair; it has no UTF-8 form, so RFC 8785 refuses it.
 * - `too-deep`: nested deeper than any record of ours, or circular.
 * - `sequence`: a sequence number that is not a positive safe integer.
 */
export type AuditErrorCode = 'not-json' | 'lone-surrogate' | 'too-deep' | 'sequence'

/** Local misuse: what was to be recorded has no canonical form. Its message names no value. */
export class AuditError extends Error {
  readonly code: AuditErrorCode

  constructor(code: AuditErrorCode, message: string) {
    super(message)
    this.name = 'AuditError'
    this.code = code
  }
}
