import { GuardrailError } from './errors.ts'
import type { Certainty } from './matcher.ts'

/** Whether a name, in its parts from the outermost on, matches one of the patterns; an undefined part is one that nobody could tell. */
export type NamePatterns = (parts: readonly (string | undefined)[]) => boolean

/**
 * Compiles patterns of dotted parts, as in `shop.customers.email`. In a part `*` stands for any characters and `?` for one; double quotes take
 * everything literally, dots and stars included (`"my.table"`, `""` for a quote). Parts that a pattern leaves out on the left match anything.
 *
 * With `possible`, letter case is ignored and an undefined part matches; with `certain`, case counts and an undefined part matches only `*`.
 * Matching takes at most pattern length times name length steps.
 *
 * Throws GuardrailError `pattern`.
 */
export function namePatterns(
  patterns: readonly string[],
  partCount: number,
  key: string,
  certainty: Certainty,
): NamePatterns {
  const fold = certainty === 'possible'
  const compiled = patterns.map((pattern) => {
    const parts = splitPattern(pattern, key)
    if (parts.length > partCount) {
      const message = `The pattern ${pattern} has ${parts.length} parts; at most ${partCount} are known here.`
      throw new GuardrailError('pattern', key, message)
    }
    while (parts.length < partCount) parts.unshift([ANY])
    return fold ? parts.map((part) => part.map(foldToken)) : parts
  })
  const candidates = byFirstCharacter(compiled)
  return (names) => {
    const folded = fold ? names.map((name) => name && foldText(name)) : names
    for (const parts of candidates(folded.at(-1))) if (allMatch(parts, folded, fold)) return true
    return false
  }
}

/** One character of a part, or one of the two wildcards. */
type Token = string | typeof ANY | typeof ONE

type Pattern = readonly (readonly Token[])[]

/** Most names begin like no pattern at all: only those that can match are tried. */
function byFirstCharacter(patterns: readonly Pattern[]): (last: string | undefined) => readonly Pattern[] {
  const open = patterns.filter((pattern) => typeof pattern.at(-1)?.[0] !== 'string')
  const byFirst = new Map<string, readonly Pattern[]>()
  for (const pattern of patterns) {
    const first = pattern.at(-1)?.[0]
    if (typeof first !== 'string' || byFirst.has(first)) continue
    const alike = patterns.filter((other) => other.at(-1)?.[0] === first)
    byFirst.set(first, [...alike, ...open])
  }
  return (last) => (last === undefined ? patterns : (byFirst.get(last.charAt(0)) ?? open))
}

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

/** The last part tells most names apart, so it comes first. */
function allMatch(parts: Pattern, names: readonly (string | undefined)[], unknown: boolean): boolean {
  for (let index = parts.length - 1; index >= 0; index--) {
    const tokens = parts[index]
    const name = names[index]
    if (tokens === undefined || (tokens.length === 1 && tokens[0] === ANY)) continue
    if (name === undefined ? !unknown : !matches(tokens, name)) return false
  }
  return true
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
  return typeof token === 'string' ? foldUnit(token) : token
}

/** Unit by unit, so that a text and its parts fold alike. Most names need no folding. */
function foldText(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f || (code >= 0x41 && code <= 0x5a))
      return Array.from({ length: text.length }, (_, at) => foldUnit(text.charAt(at))).join('')
  }
  return text
}

function foldUnit(unit: string): string {
  const lower = unit.toLowerCase()
  return lower.length === 1 ? lower : unit
}

const ANY = Symbol('any characters')
const ONE = Symbol('one character')
