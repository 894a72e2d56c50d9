import { namePattern } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'

/** What the statement is, in the grammar's own word: `drop-*`, `create-view`. */
export function matchKinds(patterns: readonly string[], certainty: Certainty): Matcher {
  const kinds = patterns.map((pattern) => namePattern(pattern, 1, 'kinds', certainty))
  return ({ statement: { kind } }) => (kinds.some((matches) => matches([kind])) ? `is ${kind}` : undefined)
}
