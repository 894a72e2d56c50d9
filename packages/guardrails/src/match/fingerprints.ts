import type { Certainty, Matcher } from '../matcher.ts'
import { UNKNOWN } from '../question.ts'

/**
 * Statements known by their fingerprint. A fingerprint takes no account of literals, and code can hide in one (DO, query_to_xml), so with `certain`
 * a statement whose effects cannot be told never matches.
 */
export function matchFingerprints(fingerprints: readonly string[], certainty: Certainty): Matcher {
  const known = new Set(fingerprints)
  return ({ statement: { fingerprint }, effects }) => {
    if (certainty === 'certain' && (effects & UNKNOWN) !== 0) return undefined
    return known.has(fingerprint) ? `has the fingerprint ${fingerprint}` : undefined
  }
}
