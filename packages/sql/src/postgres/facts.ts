import type { Effect, FunctionCall, Predicate, Where } from '@sallyport/core'

/** The facts of one statement while they are being gathered. */
export interface Facts {
  readonly effects: Set<Effect>
  /** Every mention of a relation. */
  readonly mentions: Mention[]
  readonly functions: Map<string, FunctionCall>
  /** Keyed by what they say, so that each stands here once. */
  readonly predicates: Map<string, Predicate>
  /** True once some column could not be traced to its relation. */
  predicatesUnknown: boolean
  /** Calls of set_config that run; it sets as SET does. */
  settingCalls: number
  /** The worst WHERE of all UPDATE and DELETE parts. */
  where: Where
}

/** One mention of a relation in a statement; its columns fill up while the statement is read. */
export interface Mention {
  readonly schema: string | undefined
  readonly name: string
  readonly access: 'read' | 'write'
  readonly columns: Set<string>
  /** Every column, or some that cannot be told. */
  all: boolean
}

/** No facts yet. */
export function emptyFacts(): Facts {
  return {
    effects: new Set(),
    mentions: [],
    functions: new Map(),
    predicates: new Map(),
    predicatesUnknown: false,
    settingCalls: 0,
    where: 'none',
  }
}

/** The worse of two WHERE facts: the one that lets more rows be changed. */
export function worseWhere(one: Where, other: Where): Where {
  return WHERE_RANK.indexOf(one) >= WHERE_RANK.indexOf(other) ? one : other
}

const WHERE_RANK: readonly Where[] = ['none', 'present', 'always-true', 'absent']
