import type { TokenType } from './token.ts'
import { isDigit, isHexDigit, isNamePart } from './characters.ts'

/** What a digit begins; a `word` ends where `end` says only if nothing of a name follows. */
export interface NumberToken {
  readonly type: Extract<TokenType, 'integer' | 'decimal' | 'float' | 'bytes' | 'word'>
  readonly end: number
}

/** Reads what begins with a digit. Source: MY_LEX_NUMBER_IDENT and MY_LEX_INT_OR_REAL of sql_lex.cc. */
export function numberToken(text: string, start: number): NumberToken {
  const marked = prefixed(text, start)
  if (marked !== undefined) return marked
  let at = start
  while (isDigit(text.charCodeAt(at))) at += 1
  const code = text.charCodeAt(at)
  if (!isNamePart(code)) return code === POINT ? fraction(text, at + 1) : { type: 'integer', end: at }
  if (isExponentSign(code)) {
    const sign = text.charCodeAt(at + 1)
    const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1
    if (isDigit(text.charCodeAt(digits))) return { type: 'float', end: behindDigits(text, digits) }
  }
  return { type: 'word', end: at }
}

/** Reads what follows the point of a number. */
export function fraction(text: string, from: number): NumberToken {
  const at = behindDigits(text, from)
  if (!isExponentSign(text.charCodeAt(at))) return { type: 'decimal', end: at }
  const sign = text.charCodeAt(at + 1)
  const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1
  return isDigit(text.charCodeAt(digits))
    ? { type: 'float', end: behindDigits(text, digits) }
    : { type: 'decimal', end: at }
}

/** `0x1F` and `0b01`, which are names where a letter more follows. The marks are small letters only. */
function prefixed(text: string, start: number): NumberToken | undefined {
  if (text.charCodeAt(start) !== ZERO) return undefined
  const mark = text.charCodeAt(start + 1)
  if (mark !== SMALL_X && mark !== SMALL_B) return undefined
  let at = start + 2
  if (mark === SMALL_X) while (isHexDigit(text.charCodeAt(at))) at += 1
  else while (text.charCodeAt(at) === ZERO || text.charCodeAt(at) === ONE) at += 1
  return at > start + 2 && !isNamePart(text.charCodeAt(at)) ? { type: 'bytes', end: at } : { type: 'word', end: start }
}

function behindDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at += 1
  return at
}

function isExponentSign(code: number): boolean {
  return code === 101 || code === 69 // 'e', 'E'
}

const ZERO = 48 // '0'
const ONE = 49 // '1'
const SMALL_X = 120 // 'x'
const SMALL_B = 98 // 'b'
const POINT = 46 // '.'
const PLUS = 43 // '+'
const MINUS = 45 // '-'
