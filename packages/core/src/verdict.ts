/** What a rule may ask for, mildest first; the most severe of all matching rules wins. */
export type Action = (typeof ACTIONS)[number]

export const ACTIONS = ['allow', 'warn', 'limit', 'approve', 'deny'] as const

/** One rule that matched one statement. */
export interface Finding {
  /** The rule's id, unique in its policy. */
  readonly rule: string
  readonly action: Action
  /** The operator's sentence: what is refused, and why. */
  readonly message: string
  /** What would be allowed instead; a model corrects itself from it. */
  readonly hint: string | undefined
  /** Which statement of the text it is about, from 0; undefined when it is about the text as a whole. */
  readonly statement: number | undefined
  /** True for a rule in observe mode: it is recorded and changes nothing. */
  readonly observed: boolean
}

/** The answer to "may this run?". Whatever cannot be answered is a denial. */
export interface Verdict {
  readonly action: Action
  /** Every rule that matched, the deciding one first. */
  readonly findings: readonly Finding[]
  readonly limits: StatementLimits
  /**
   * Places of the statements, from 0, of which the planner's estimate would decide. The verdict stands until it is given again with them; undefined
   * when no estimate is wanted.
   */
  readonly estimate?: readonly number[]
  /** Which rule asks for each limit; undefined where there is none. */
  readonly limitedBy?: LimitRules
}

/** What the database's planner expects of one statement, in its own units; or why it said nothing, in a sentence for the user. */
export type Estimate = { readonly cost: number; readonly rows: number } | { readonly failure: string }

/** Undefined means no limit by policy. */
export interface StatementLimits {
  readonly rows: number | undefined
  readonly bytes: number | undefined
  readonly timeoutMs: number | undefined
}

/** Ids of the rules that limits come from. */
export type LimitRules = { readonly [K in keyof StatementLimits]: string | undefined }
