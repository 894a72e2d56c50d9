import type { Matcher } from '../matcher.ts'

/**
 * Statements that the planner expects to cost more than `limit`, in its own units, or of which it said nothing. The cost itself is not named: with
 * statistics behind it, it could tell what a protected column holds.
 */
export function matchCost(limit: number): Matcher {
  return ({ estimate }) => {
    if (estimate === 'none') return undefined
    if (estimate === 'wanted') return `may cost more than ${limit} (no planner was asked)`
    if ('failure' in estimate) return `may cost more than ${limit} (${estimate.failure})`
    // INVARIANT: a cost that is no number is above every limit.
    return estimate.cost <= limit ? undefined : `costs more than ${limit} by the planner's estimate`
  }
}
