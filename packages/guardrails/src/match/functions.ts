import { namePatterns } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'
import { relationName } from './relations.ts'

/** Which functions the statement calls by name. `possible`: one of them matches. `certain`: every one of them does. */
export function matchFunctions(patterns: readonly string[], certainty: Certainty): Matcher {
  const listed = namePatterns(patterns, 2, 'functions', certainty)
  return ({ statement: { functions } }) => {
    const matches = (call: (typeof functions)[number]): boolean => listed([call.schema, call.name])
    if (certainty === 'certain') return functions.every(matches) ? 'calls only listed functions' : undefined
    const found = functions.find(matches)
    return found && `calls ${relationName(found)}()`
  }
}
