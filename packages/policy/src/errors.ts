/**
 * What is wrong with a policy. `unknown-set`: a connection names a rule set that nobody defined. `duplicate-id`: two rules of one connection share an
 * id. `duplicate-connection`: two connections share a name. `rule`: a rule cannot be compiled.
 */
export type PolicyErrorCode = 'unknown-set' | 'duplicate-id' | 'duplicate-connection' | 'rule'

/** One thing that is wrong with a policy, and where. */
export interface PolicyProblem {
  readonly code: PolicyErrorCode
  /** One sentence for the operator. */
  readonly message: string
  /** Keys and places within the PolicyConfig, such as `['sets', 'limits', 0, 'relations']`. */
  readonly path: readonly (string | number)[]
}

/** A policy that cannot be compiled, with everything that is wrong with it. */
export class PolicyError extends Error {
  readonly code: PolicyErrorCode
  readonly problems: readonly PolicyProblem[]

  constructor(problems: readonly [PolicyProblem, ...PolicyProblem[]]) {
    super(problems.map(({ message }) => message).join(' '))
    this.name = 'PolicyError'
    this.code = problems[0].code
    this.problems = problems
  }
}
