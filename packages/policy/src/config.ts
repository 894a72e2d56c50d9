import type { Audience, Rule } from '@sallyport/guardrails'

/** A policy as plain data: who may use which connection, and by which rules. */
export interface PolicyConfig {
  readonly connections: readonly ConnectionPolicy[]
  /** Rule sets by name; one of a built-in set's name takes its place. */
  readonly sets: Readonly<Record<string, readonly Rule[]>>
}

export interface ConnectionPolicy {
  readonly name: string
  /** Undefined: nobody may use it. */
  readonly access: Audience | undefined
  readonly guardrails: readonly SetUse[]
}

/** A rule set in use, for everyone or for some. */
export interface SetUse {
  readonly set: string
  readonly when: Audience | undefined
  readonly unless: Audience | undefined
}
