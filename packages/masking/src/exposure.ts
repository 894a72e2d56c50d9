import type { Statement } from '@sallyport/core'
import { CARRIER_FUNCTIONS, SETTING_FUNCTIONS, SETTING_RELATIONS } from './carriers.ts'
import type { Protection } from './protection.ts'

/**
 * What a statement can bring to light, judged from its facts alone.
 *
 * - `none`: every relation and function is known, and none leads to a protected value.
 * - `protected`: it reads a protected relation; which output carries the value is told by origin and lineage, and else assumed for each.
 * - `unknown`: it runs code that the text does not show, or reads what such code may have left behind, so any value may turn up in any place, names and messages included.
 */
export type Exposure = 'none' | 'protected' | 'unknown'

/** The session's part in the answer. */
export interface SessionExposure {
  /** Code that the text did not show has run: temporary tables and settings may hold a protected value since. */
  readonly tainted: boolean
  /** The session may have changed objects since the catalogue was read. */
  readonly doubtful: boolean
  /** What a prepared statement or cursor that the statement names can bring to light. */
  readonly named: (kind: 'prepared' | 'cursor', name: string) => Exposure
}

/** The exposure of one statement. */
export interface ExposureAnswer {
  readonly exposure: Exposure
  /** A newer catalogue could give a better answer: one of the relations is missing in this one, or in doubt. */
  readonly stale: boolean
}

/** Judges one statement. */
export function exposureOf(statement: Statement, protection: Protection, session: SessionExposure): ExposureAnswer {
  if (protection.empty) return CLEAR
  const change = statement.session
  if (change?.type === 'execute') return named(session.named('prepared', change.name))
  if (change?.type === 'fetch') return named(session.named('cursor', change.name))
  for (const effect of BLIND_EFFECTS) if (statement.effects.has(effect)) return UNKNOWN
  let answer = CLEAR
  for (const relation of statement.relations) {
    const found = protection.relation(relation.schema, relation.name)
    // Nothing of that name: the statement fails, or creates it. What it reads otherwise still counts.
    if (found === 'missing' && CREATES.test(statement.kind)) continue
    const doubtful = found === 'missing' || (found === 'view' && session.doubtful)
    const reached =
      found === 'protected' || (session.tainted && (found === 'temporary' || SETTING_RELATIONS.has(relation.name)))
    if (doubtful || reached) answer = { exposure: 'protected', stale: answer.stale || doubtful }
  }
  for (const { name } of statement.functions) {
    if (CARRIER_FUNCTIONS.has(name) || (session.tainted && SETTING_FUNCTIONS.has(name))) return UNKNOWN
  }
  if (session.tainted && statement.kind === 'show') return UNKNOWN
  return answer
}

/** The worse of two. */
export function worse(left: Exposure, right: Exposure): Exposure {
  return RANK[right] > RANK[left] ? right : left
}

function named(exposure: Exposure): ExposureAnswer {
  return { exposure, stale: false }
}

const CLEAR: ExposureAnswer = { exposure: 'none', stale: false }
const UNKNOWN: ExposureAnswer = { exposure: 'unknown', stale: false }

/** What runs code, or reads places, that the text does not show. */
const BLIND_EFFECTS = ['unknown', 'procedural', 'file', 'network'] as const

/** Kinds whose target need not exist, or need not exist any more. */
const CREATES = /^(?:create|drop|alter)-/

const RANK: Readonly<Record<Exposure, number>> = { none: 0, protected: 1, unknown: 2 }
