/**
 * Why bytes could not be read or written.
 *
 * - `out-of-bounds`: a field reaches past the end of the bytes (remote violation).
 * - `unterminated`: a string has no terminating NUL (remote violation).
 * - `invalid-utf8`: a string is not well-formed UTF-8 (remote violation).
 * - `trailing-bytes`: bytes are left after the last field (remote violation).
 * - `out-of-range`: a number does not fit its field (local misuse).
 * - `embedded-nul`: a NUL-terminated string contains a NUL (local misuse).
 */
export type BytesErrorCode =
  | 'out-of-bounds'
  | 'unterminated'
  | 'invalid-utf8'
  | 'trailing-bytes'
  | 'out-of-range'
  | 'embedded-nul'

/** Bytes that cannot be read as asked, or values that cannot be written; the message has positions, never contents. */
export class BytesError extends Error {
  override readonly name = 'BytesError'
  readonly code: BytesErrorCode

  constructor(code: BytesErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
