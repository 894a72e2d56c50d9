import type { Analysis, Statement } from '@sallyport/core'
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
  /** What a prepared statement or cursor that the statement names can bring to light. */
  readonly named: (kind: 'prepared' | 'cursor', name: string) => Exposure
}

/** The exposure of one statement, and the relations that the catalogue does not hold (refresh it and ask again). */
export interface ExposureAnswer {
  readonly exposure: Exposure
  readonly missing: boolean
}

/** Judges a text as a whole: the worst of its statements. */
export function exposureOfText(analysis: Analysis, protection: Protection, session: SessionExposure): ExposureAnswer {
  if (protection.empty) return CLEAR
  if (!analysis.ok) return { exposure: 'unknown', missing: false }
  return analysis.statements
    .map((statement) => exposureOf(statement, protection, session))
    .reduce(
      (left, right) => ({ exposure: worse(left.exposure, right.exposure), missing: left.missing || right.missing }),
      CLEAR,
    )
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
    if (found === 'missing') {
      // Nothing of that name: the statement fails or creates it. Its own relation says nothing; what it reads otherwise still counts.
      if (!CREATES.test(statement.kind)) answer = { exposure: 'protected', missing: true }
    } else if (
      found === 'protected' ||
      (session.tainted && (found === 'temporary' || SETTING_RELATIONS.has(relation.name)))
    ) {
      answer = { exposure: 'protected', missing: answer.missing }
    }
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
  return { exposure, missing: false }
}

const CLEAR: ExposureAnswer = { exposure: 'none', missing: false }
const UNKNOWN: ExposureAnswer = { exposure: 'unknown', missing: false }

/** What runs code, or reads places, that the text does not show. */
const BLIND_EFFECTS = ['unknown', 'procedural', 'file', 'network'] as const

/** Kinds whose target need not exist, or need not exist any more. */
const CREATES = /^(?:create|drop|alter)-/

const RANK: Readonly<Record<Exposure, number>> = { none: 0, protected: 1, unknown: 2 }
