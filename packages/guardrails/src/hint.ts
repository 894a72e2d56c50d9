import { EFFECTS } from '@sallyport/core'
import { describeLimits } from './limits.ts'
import type { Rule } from './rule.ts'

/** What a rule would let pass, in sentences for whoever was refused; undefined when the match alone does not tell. */
export function hintOf({ action, match, limits }: Rule): string | undefined {
  if (action === 'limit') return `Results here have ${describeLimits(limits)}.`
  const sentences = action === 'allow' ? whatIsListed(match) : whatIsLeft(match)
  return sentences.length === 0 ? undefined : sentences.join(' ')
}

/** One key that does not hold is enough to be let pass. */
function whatIsLeft(match: Rule['match']): string[] {
  const sentences: string[] = []
  if (match.effects !== undefined) {
    const left = EFFECTS.filter((effect) => match.effects?.includes(effect) !== true && effect !== 'unknown')
    sentences.push(left.length === 0 ? 'Nothing else is allowed either.' : `Allowed effects: ${left.join(', ')}.`)
  }
  if (match.where !== undefined) sentences.push('Name the rows in a WHERE that does not hold for all of them.')
  if (match.unboundedAbove !== undefined)
    sentences.push(`Add a LIMIT of at most ${match.unboundedAbove}, as a number in the text.`)
  if (match.costAbove !== undefined)
    sentences.push('Ask for less: fewer rows by a condition that an index serves, or fewer joins.')
  if (match.severalStatements === true) sentences.push('Send the statements one at a time.')
  if (match.relations !== undefined) sentences.push(`Leave these relations alone: ${match.relations.join(', ')}.`)
  if (match.columns !== undefined) sentences.push(`Leave these columns out: ${match.columns.join(', ')}.`)
  if (match.functions !== undefined) sentences.push(`Do without these functions: ${match.functions.join(', ')}.`)
  if (match.kinds !== undefined)
    sentences.push(`Statements of another kind than ${match.kinds.join(', ')} are not concerned.`)
  if (match.settings !== undefined)
    sentences.push('Leave these settings as the session began; an operator can change them for the connection.')
  if (match.during !== undefined || match.outside !== undefined) sentences.push('Try again at another time.')
  return sentences
}

/** All keys have to hold. */
function whatIsListed(match: Rule['match']): string[] {
  const sentences: string[] = []
  if (match.effects !== undefined) sentences.push(`Allowed effects: ${match.effects.join(', ')}.`)
  if (match.kinds !== undefined) sentences.push(`Allowed kinds of statement: ${match.kinds.join(', ')}.`)
  if (match.relations !== undefined) sentences.push(`Allowed relations: ${match.relations.join(', ')}.`)
  if (match.columns !== undefined) sentences.push(`Allowed columns: ${match.columns.join(', ')}.`)
  if (match.functions !== undefined) sentences.push(`Allowed functions: ${match.functions.join(', ')}.`)
  if (match.settings !== undefined) sentences.push(`Settings that may be changed: ${match.settings.join(', ')}.`)
  if (match.fingerprints !== undefined)
    sentences.push('Only statements that an operator has listed by their fingerprint are allowed.')
  if (match.during !== undefined || match.outside !== undefined) sentences.push('Allowed at certain hours only.')
  return sentences
}
