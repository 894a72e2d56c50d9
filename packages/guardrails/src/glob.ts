import { GuardrailError } from './errors.ts'

/** Whether a name, in its parts from the outermost on, matches; an undefined part is one that nobody could tell. */
export type NamePattern = (parts: readonly (string | undefined)[]) => boolean

/**
 * Compiles a pattern of dotted parts, as in `shop.customers.email`. In a part `*` stands for any characters and `?` for one; double quotes take
 * everything literally, dots and stars included (`"my.table"`, `""` for a quote). Parts that the pattern leaves out on the left match anything.
 *
 * With `possible`, letter case is ignored and an undefined part matches; with `certain`, case counts and an undefined part matches only `*`.
 * Matching takes at most pattern length times name length steps.
 *
 * Throws GuardrailError `pattern`.
 */
export function namePattern(
  pattern: string,
  partCount: number,
  key: string,
  certainty: 'possible' | 'certain',
): NamePattern {
  const parts = splitPattern(pattern, key)
  if (parts.length > partCount) {
    throw new GuardrailError(
      'pattern',
      key,
      `The pattern ${pattern} has ${parts.length} parts; at most ${partCount} are known here.`,
    )
  }
  const fold = certainty === 'possible'
  while (parts.length < partCount) parts.unshift([ANY])
  const tests = parts.map((part) => partTest(fold ? part.map(foldToken) : part, fold))
  return (names) => {
    for (let index = 0; index < partCount; index++) {
      const test = tests[index]
      if (test !== undefined && !test(names[index])) return false
    }
    return true
  }
}

/** One character of a part, or one of the two wildcards. */
type Token = string | typeof ANY | typeof ONE

function splitPattern(pattern: string, key: string): Token[][] {
  const parts: Token[][] = [[]]
  let quoted = false
  let empty = true
  const bad = (why: string): GuardrailError =>
    new GuardrailError('pattern', key, `The pattern ${JSON.stringify(pattern)} ${why}.`)
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    const part = parts.at(-1) ?? []
    if (character === '"') {
      if (quoted && pattern.charAt(index + 1) === '"') {
        part.push('"')
        index++
      } else quoted = !quoted
      empty = false
    } else if (quoted) part.push(character)
    else if (character === '.') {
      if (empty) throw bad('has an empty part')
      parts.push([])
      empty = true
    } else {
      if (/\s/.test(character)) throw bad('has a blank outside quotes')
      if (character !== '*') part.push(character === '?' ? ONE : character)
      else if (part.at(-1) !== ANY) part.push(ANY)
      empty = false
    }
  }
  if (quoted) throw bad('has a quote without its partner')
  if (empty) throw bad('has an empty part')
  return parts
}

function partTest(tokens: readonly Token[], fold: boolean): ((name: string | undefined) => boolean) | undefined {
  if (tokens.length === 1 && tokens[0] === ANY) return undefined
  return (name) => (name === undefined ? fold : matches(tokens, fold ? foldText(name) : name))
}

/** Greedy with one point of return, the latest star: no input makes it exponential. */
function matches(tokens: readonly Token[], name: string): boolean {
  let token = 0
  let at = 0
  let star = -1
  let resume = 0
  while (at < name.length) {
    const wanted = tokens[token]
    if (wanted === ANY) {
      star = token++
      resume = at
    } else if (wanted !== undefined && (wanted === ONE || wanted === name.charAt(at))) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++resume
    } else return false
  }
  while (tokens[token] === ANY) token++
  return token === tokens.length
}

function foldToken(token: Token): Token {
  return typeof token === 'string' ? foldText(token) : token
}

/** Unit by unit, so that a text and its parts fold alike. */
function foldText(text: string): string {
  let folded = ''
  for (let index = 0; index < text.length; index++) {
    const unit = text.charAt(index)
    const lower = unit.toLowerCase()
    folded += lower.length === 1 ? lower : unit
  }
  return folded
}

const ANY = Symbol('any characters')
const ONE = Symbol('one character')
