import { type Digest, digestText, mixNumber, startDigest } from '../../digest.ts'
import type { Token } from '../lexer/token.ts'

/**
 * A name for statements that differ only in literals, parameters, case of keywords, white space and comments: 16 hexadecimal digits
 * over the tokens. A list of literals in parentheses counts as one or as many, and rows of such lists as one row. It is a name for people and
 * statistics, not a cryptographic hash: whoever allows a statement by its fingerprint must look at the statement too.
 */
export function fingerprintOf(tokens: readonly Token[]): string {
  const digest = startDigest()
  let index = 0
  let rows = false
  while (index < tokens.length) {
    const list = literalList(tokens, index)
    if (list > 0) {
      // `(1, 2), (3, 4)` is one row.
      if (!rows) mixNumber(digest, list === 3 ? LITERAL : LITERALS)
      index += list
      rows = tokens[index]?.keyword === ',' && literalList(tokens, index + 1) > 0
      if (rows) index += 1
      continue
    }
    rows = false
    const token = tokens[index]
    if (token !== undefined) mixToken(digest, token)
    index += 1
  }
  return digestText(digest)
}

/** How many tokens a list of literals in parentheses takes; 0 where there is none. */
function literalList(tokens: readonly Token[], start: number): number {
  if (tokens[start]?.keyword !== '(') return 0
  let at = start + 1
  for (;;) {
    if (tokens[at]?.keyword === '-') at += 1
    if (!isLiteral(tokens[at])) return 0
    at += 1
    if (tokens[at]?.keyword === ')') return at + 1 - start
    if (tokens[at]?.keyword !== ',') return 0
    at += 1
  }
}

function isLiteral(token: Token | undefined): boolean {
  return token !== undefined && (LITERAL_TYPES.has(token.type) || LITERAL_WORDS.has(token.keyword))
}

function mixToken(digest: Digest, token: Token): void {
  if (LITERAL_TYPES.has(token.type)) mixNumber(digest, LITERAL)
  else if (token.type !== 'introducer' && token.type !== 'hint') {
    mixText(digest, token.keyword === '' ? token.text : token.keyword)
    mixNumber(digest, token.type === 'quoted' ? NAME : token.type === 'variable' ? VARIABLE : WORD)
  }
}

function mixText(digest: Digest, text: string): void {
  for (let index = 0; index < text.length; index += 1) mixNumber(digest, text.charCodeAt(index))
}

const LITERAL = 0x1_00_00
const LITERALS = 0x1_00_04
const WORD = 0x1_00_01
const NAME = WORD
const VARIABLE = 0x1_00_03
const LITERAL_TYPES: ReadonlySet<string> = new Set(['string', 'bytes', 'integer', 'decimal', 'float', 'parameter'])
const LITERAL_WORDS: ReadonlySet<string> = new Set(['NULL', 'TRUE', 'FALSE', 'DEFAULT'])
