/**
 * Why masking refuses to go on. Whoever catches one ends the statement or the session: nothing unmasked may follow.
 *
 * - `invalid-rules`: the rules are not of the documented shape.
 * - `no-hash-key`: a rule asks for `hash` and no key was given.
 * - `malformed-row`: a DataRow does not have the fields its description promised, or its lengths leave its bounds.
 * - `malformed-copy`: a COPY stream is not in the format it announced.
 * - `row-too-large`: one row of a COPY stream is larger than the limit.
 */
export type MaskingErrorCode = 'invalid-rules' | 'no-hash-key' | 'malformed-row' | 'malformed-copy' | 'row-too-large'

/** The one error class of this package. Its message names rules, positions and sizes, never a value. */
export class MaskingError extends Error {
  readonly code: MaskingErrorCode

  constructor(code: MaskingErrorCode, message: string) {
    super(message)
    this.name = 'MaskingError'
    this.code = code
  }
}
