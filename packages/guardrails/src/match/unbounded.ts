import type { Matcher } from '../matcher.ts'

/**
 * Queries whose outermost part gives no row limit, gives one above `rows`, or gives one that only the server can tell (a parameter). A query that
 * reads no relation is left alone. The text alone bounds nothing for sure (a cursor, a portal with a row limit): `max-rows` does.
 */
export function matchUnbounded(rows: number): Matcher {
  return ({ statement: { limit, relations } }) => {
    if (limit === 'none' || relations.length === 0) return undefined
    if (limit === 'absent') return 'has no row limit'
    if (limit === 'unknown') return 'has a row limit that its text does not tell'
    return limit > rows ? `asks for ${limit} rows` : undefined
  }
}
