import type { Action, ClientKind, Effect, StatementLimits, Where } from '@sallyport/core'

/** One rule as plain data: whom it concerns, what it matches, what it asks for. */
export interface Rule {
  /** Unique within a connection; shown to the user in a refusal and kept in the audit log. */
  readonly id: string
  readonly action: Action
  /** Every key that is given has to hold; no key at all matches every statement. */
  readonly match: Match
  /** What a `limit` rule asks for; all undefined for the other actions. */
  readonly limits: StatementLimits
  /** The operator's sentence; undefined takes one made from the facts. */
  readonly message: string | undefined
  /** What would be allowed; undefined takes one made from the match. */
  readonly hint: string | undefined
  /** True: the rule is recorded and changes nothing. */
  readonly observe: boolean
  /** Whom the rule is for; undefined is everyone. */
  readonly when: Audience | undefined
  /** Whom it is not for; undefined is no one. */
  readonly unless: Audience | undefined
}

/**
 * Some of those who may ask. Groups and users are alternatives (one of them suffices); `kinds` must hold besides.
 * An empty list of all three means no one.
 */
export interface Audience {
  readonly groups: readonly string[]
  readonly users: readonly string[]
  /** Empty: every kind. */
  readonly kinds: readonly ClientKind[]
}

/**
 * What a rule matches, over facts. Patterns are those of `namePattern`.
 *
 * `warn`, `limit`, `approve` and `deny` match when the fact MAY hold: one relation of several, a schema that nobody named, an effect
 * that could not be told. `allow` matches only when the fact is certain and holds for all of the statement.
 */
export interface Match {
  readonly effects?: readonly Effect[]
  /** False: a statement whose effects could not be told is not matched by `effects`. Default true; `allow` never matches such a statement unless `effects` lists `unknown`. */
  readonly unknown?: boolean
  /** Patterns of one part over the statement's kind: `drop-*`. */
  readonly kinds?: readonly string[]
  /** Patterns `schema.table` or `table`. */
  readonly relations?: readonly string[]
  /** Narrows `relations` and `columns` to what is read or what is written. */
  readonly access?: 'read' | 'write'
  /** Patterns `schema.table.column` or `table.column`. */
  readonly columns?: readonly string[]
  /** Patterns `schema.function` or `function`. */
  readonly functions?: readonly string[]
  /** States of the WHERE of an UPDATE or DELETE. */
  readonly where?: readonly Exclude<Where, 'none'>[]
  /** Queries without a row limit in the text, or with one above this number of rows. */
  readonly unboundedAbove?: number
  /** Statements that the database's planner expects to cost more than this, in its own units, or of which it cannot say. */
  readonly costAbove?: number
  /** True: the text holds more than one statement. */
  readonly severalStatements?: boolean
  /** Fingerprints, exact. */
  readonly fingerprints?: readonly string[]
  /** Patterns of one part over the settings that the statement changes. */
  readonly settings?: readonly string[]
  /** The statement arrives inside one of these windows. */
  readonly during?: readonly TimeWindow[]
  /** The statement arrives outside all of these windows. */
  readonly outside?: readonly TimeWindow[]
}

/** Hours of the week on the wall clock of a zone. A window whose end is not after its start ends on the next day. */
export interface TimeWindow {
  /** The days on which the window begins; 1 is Monday, 7 Sunday, as in ISO 8601. */
  readonly days: readonly number[]
  /** `HH:MM`, 24 hours. */
  readonly from: string
  /** `HH:MM`, exclusive; `24:00` is the end of the day. */
  readonly to: string
  /** IANA name, such as `Europe/Amsterdam`. */
  readonly zone: string
}

/** No limit at all. */
export const NO_LIMITS: StatementLimits = { rows: undefined, bytes: undefined, timeoutMs: undefined }

/** Completes a rule that is written down in part. */
export function defineRule(part: Pick<Rule, 'id' | 'action'> & Partial<Rule>): Rule {
  return {
    match: {},
    limits: NO_LIMITS,
    message: undefined,
    hint: undefined,
    observe: false,
    when: undefined,
    unless: undefined,
    ...part,
  }
}
