/** Why a rule cannot be compiled. `pattern`: a name pattern that means nothing. `hours`: a time window or zone that does not exist. `rule`: the rule contradicts itself. */
export type GuardrailErrorCode = 'pattern' | 'hours' | 'rule'

/** A rule that cannot be compiled; the operator's mistake, never the user's. */
export class GuardrailError extends Error {
  readonly code: GuardrailErrorCode
  /** The key of the rule that is wrong, such as `relations`. */
  readonly key: string

  constructor(code: GuardrailErrorCode, key: string, message: string) {
    super(message)
    this.name = 'GuardrailError'
    this.code = code
    this.key = key
  }
}
