import type { Where } from '@sallyport/core'
import type { Matcher } from '../matcher.ts'

/** How an UPDATE or DELETE chooses its rows; a statement that has no such part never matches. */
export function matchWhere(states: readonly Exclude<Where, 'none'>[]): Matcher {
  return ({ statement: { where } }) => (where !== 'none' && states.includes(where) ? WORDS[where] : undefined)
}

const WORDS: Readonly<Record<Exclude<Where, 'none'>, string>> = {
  absent: 'has no WHERE',
  'always-true': 'has a WHERE that holds for every row',
  present: 'has a WHERE',
}
