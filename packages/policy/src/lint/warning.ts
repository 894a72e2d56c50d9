/**
 * What is unwise about a policy. `unused-set`: no connection uses a rule set. `never-matches`: a rule holds for no statement or no identity.
 * `shadowed`: another rule of the same connection settles whatever the rule matches.
 */
export type PolicyWarningCode = 'unused-set' | 'never-matches' | 'shadowed'

/** One thing that is unwise about a policy, and where. */
export interface PolicyWarning {
  readonly code: PolicyWarningCode
  /** One sentence for the operator. */
  readonly message: string
  /** Keys and places within the PolicyConfig, such as `['sets', 'limits', 0]`. */
  readonly path: readonly (string | number)[]
}
