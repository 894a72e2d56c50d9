import { namePatterns } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'

/** What the statement is, in the grammar's own word: `drop-*`, `create-view`. */
export function matchKinds(patterns: readonly string[], certainty: Certainty): Matcher {
  const matches = namePatterns(patterns, 1, 'kinds', certainty)
  return ({ statement: { kind } }) => (matches([kind]) ? `is ${kind}` : undefined)
}
