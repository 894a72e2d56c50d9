import { isControl, isDigit, isHexDigit, isNamePart, isSpace, isVariablePart } from './characters.ts'
import { longComment } from './comments.ts'
import type { Reading } from './dialect.ts'
import { isAscii } from './encoding.ts'
import { CHARACTER_SETS, KEYWORD_FUNCTIONS } from './keyword-functions.ts'
import { fraction, numberToken } from './numbers.ts'
import { operatorAt } from './operators.ts'
import { quoted } from './quotes.ts'
import { Refusal } from './refusal.ts'
import type { Token, TokenType } from './token.ts'

/**
 * Cuts a text into tokens as the server's lexer does.
 *
 * Theory of operation: the server's lexer is a machine whose state after a token depends on it: behind a point follows a name, whatever it
 * spells; a word at which a point and a name hang is a name; behind `@` follows a variable. `#afterPoint` is that state.
 * Executable comments that run are no tokens: their signs vanish and what is inside is lexed in place. A statement's end resets the
 * state, so a comment cannot reach over it.
 */
export class Lexer {
  readonly #text: string
  readonly #reading: Reading
  readonly #functions: ReadonlySet<string>
  #at = 0
  #inComment = false
  #afterPoint = false
  /** The last token was a keyword that takes optimizer hints. */
  #hintable = false

  /** @param start the UTF-16 offset at which to begin */
  constructor(text: string, reading: Reading, start = 0) {
    this.#text = text
    this.#at = start
    this.#reading = reading
    this.#functions = KEYWORD_FUNCTIONS[reading.flavour]
  }

  /** The next token; at the end `end`, again and again. Throws Refusal `syntax`. */
  next(): Token {
    const token = this.#next()
    const { letters } = this.#reading
    if (letters !== undefined && !this.#isKnown(token, letters))
      throw this.#refuse(token.start, 'a character without meaning')
    return token
  }

  /**
   * INVARIANT: in a character set of one byte a character beyond ASCII may be white space, an operator's or nothing. Outside of strings and quotes only those
   * that are parts of names are let pass, so that all others cannot be read otherwise than by the server.
   */
  #isKnown({ type, text, start, end }: Token, letters: ReadonlySet<number>): boolean {
    if (type === 'string') return true
    if (type === 'quoted') return letters.size > 0 || isAscii(text)
    // Where an unquoted variable ends is another question there.
    if (type === 'variable' && this.#text.charCodeAt(end) >= 128) return false
    if (type === 'hint' || type === 'dollar') return isAscii(text)
    for (let at = start; at < end; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code >= 128 && !letters.has(code)) return false
    }
    return true
  }

  #next(): Token {
    const hint = this.#hintable ? this.#hint() : undefined
    this.#hintable = false
    if (hint !== undefined) return hint
    this.#skipSpace()
    const text = this.#text
    const start = this.#at
    if (start >= text.length) {
      if (this.#inComment) throw this.#refuse(start, 'a comment is not closed')
      return this.#token('end', start, '', '')
    }
    const code = text.charCodeAt(start)
    if (this.#afterPoint) {
      this.#afterPoint = false
      if (isNamePart(code)) return this.#word(start, start, true)
    }
    if (isDigit(code)) return this.#number(start)
    if (isNamePart(code)) return this.#letter(start, code)
    switch (code) {
      case 39: // '\''
        return this.#string(start, start)
      case 34: // '"'
        return this.#reading.ansiQuotes ? this.#quotedName(start) : this.#string(start, start)
      case 96: // '`'
        return this.#quotedName(start)
      case 46: // '.'
        return this.#point(start)
      case 64: // '@'
        return this.#variable(start)
      case 63: // '?'
        this.#at = start + 1
        if (isNamePart(text.charCodeAt(this.#at))) throw this.#refuse(start, 'a name touches a parameter')
        return this.#token('parameter', start, '?', '')
      case 92: // '\\'
        if (this.#reading.flavour === 'mariadb' && text.charCodeAt(start + 1) === 78) {
          this.#at = start + 2
          return this.#token('word', start, 'NULL', 'NULL')
        }
        throw this.#refuse(start, 'a backslash stands alone')
      default:
        return this.#operator(start)
    }
  }

  /** White space and comments, and the signs of executable ones. */
  #skipSpace(): void {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (isSpace(code)) this.#at += 1
      else if (code === 35) this.#skipLine() // '#'
      else if (code === 45 && text.charCodeAt(this.#at + 1) === 45 && this.#endsDashes(this.#at + 2)) this.#skipLine() // '--'
      else if (code === 47 && text.charCodeAt(this.#at + 1) === 42) this.#skipLongComment() // '/*'
      else if (code === 42 && this.#inComment && text.charCodeAt(this.#at + 1) === 47) {
        this.#inComment = false
        this.#at += 2
      } else return
      this.#afterPoint = false
    }
  }

  /** Two dashes begin a comment only before white space, a control character or the end. */
  #endsDashes(at: number): boolean {
    const code = this.#text.charCodeAt(at)
    return at >= this.#text.length || isSpace(code) || isControl(code)
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at)
    this.#at = end === -1 ? this.#text.length : end + 1
  }

  #skipLongComment(): void {
    const comment = longComment(this.#text, this.#at, this.#reading)
    if (comment.type === 'unclosed') throw this.#refuse(this.#at, 'a comment is not closed')
    if (comment.type === 'code') this.#inComment = true
    this.#at = comment.end
  }

  /** Only white space may stand between the keyword and its hint. */
  #hint(): Token | undefined {
    const text = this.#text
    let at = this.#at
    while (isSpace(text.charCodeAt(at))) at += 1
    if (!text.startsWith('/*+', at)) return undefined
    const close = text.indexOf('*/', at + 3)
    if (close === -1) throw this.#refuse(at, 'a hint is not closed')
    this.#at = close + 2
    return this.#token('hint', at, text.slice(at + 3, close), '')
  }

  #number(start: number): Token {
    const { type, end } = numberToken(this.#text, start)
    if (type === 'word') return this.#word(start, end, true)
    this.#at = end
    return this.#token(type, start, this.#text.slice(start, end), '')
  }

  #letter(start: number, code: number): Token {
    const text = this.#text
    if (text.charCodeAt(start + 1) === 39) {
      if (code === 110 || code === 78) return this.#string(start, start + 1) // 'n'
      if (code === 120 || code === 88) return this.#bytes(start, isHexDigit, 2) // 'x'
      if (code === 98 || code === 66) return this.#bytes(start, isBit, 1) // 'b'
    }
    if (code === 36 && this.#reading.flavour === 'mysql' && this.#reading.version >= 80_100) {
      const token = this.#dollar(start) // '$'
      if (token !== undefined) return token
    }
    return this.#word(start, start, false)
  }

  /** @param isName a keyword cannot stand here */
  #word(start: number, from: number, isName: boolean): Token {
    const text = this.#text
    let at = from
    let code = text.charCodeAt(at)
    let ascii = true
    while (isNamePart(code)) {
      if (code >= 128) ascii = false
      at += 1
      code = text.charCodeAt(at)
    }
    this.#at = at
    const spelled = text.slice(start, at)
    // A point with a name at it makes this a name too.
    if (code === 46 && isNamePart(text.charCodeAt(at + 1))) return this.#token('word', start, spelled, '')
    if (isName || !ascii) return this.#token('word', start, spelled, '')
    const keyword = spelled.toUpperCase()
    const call = code === 40 || (this.#reading.ignoreSpace && this.#callFollows(at))
    if (!call && this.#functions.has(keyword)) return this.#token('word', start, spelled, '')
    if (spelled.charCodeAt(0) === 95 && CHARACTER_SETS.has(spelled.slice(1).toLowerCase())) {
      return this.#token('introducer', start, spelled, '')
    }
    this.#hintable = this.#reading.flavour === 'mysql' && HINTABLE.has(keyword)
    return { type: 'word', text: spelled, keyword, start, end: at, call }
  }

  #callFollows(from: number): boolean {
    let at = from
    while (isSpace(this.#text.charCodeAt(at))) at += 1
    return this.#text.charCodeAt(at) === 40
  }

  #string(start: number, quote: number): Token {
    const found = quoted(this.#text, quote, this.#reading.backslashEscapes)
    if (found === undefined) throw this.#refuse(start, 'a string is not closed')
    this.#at = found.end
    return this.#token('string', start, found.value, '')
  }

  #quotedName(start: number): Token {
    const found = quoted(this.#text, start, false)
    if (found === undefined) throw this.#refuse(start, 'a quoted name is not closed')
    this.#at = found.end
    return this.#token('quoted', start, found.value, '')
  }

  #bytes(start: number, isPart: (code: number) => boolean, each: 1 | 2): Token {
    let at = start + 2
    while (isPart(this.#text.charCodeAt(at))) at += 1
    if (this.#text.charCodeAt(at) !== 39 || (at - start - 2) % each !== 0)
      throw this.#refuse(start, 'digits are missing')
    this.#at = at + 1
    return this.#token('bytes', start, this.#text.slice(start, at + 1), '')
  }

  /** `$tag$ … $tag$`; a dollar sign that no other follows begins a name. */
  #dollar(start: number): Token | undefined {
    const text = this.#text
    let at = start + 1
    while (text.charCodeAt(at) !== 36 && isNamePart(text.charCodeAt(at))) at += 1
    if (text.charCodeAt(at) !== 36) return undefined
    const tag = text.slice(start, at + 1)
    const close = text.indexOf(tag, at + 1)
    if (close === -1) throw this.#refuse(start, 'a dollar quote is not closed')
    this.#at = close + tag.length
    return this.#token('dollar', start, text.slice(at + 1, close), '')
  }

  #point(start: number): Token {
    const next = this.#text.charCodeAt(start + 1)
    const behindName = start > 0 && isNamePart(this.#text.charCodeAt(start - 1)) && this.#pointOfName
    if (isDigit(next) && !behindName) {
      const { type, end } = fraction(this.#text, start + 1)
      this.#at = end
      return this.#token(type, start, this.#text.slice(start, end), '')
    }
    this.#at = start + 1
    this.#afterPoint = isNamePart(next)
    return this.#token('operator', start, '.', '.')
  }

  /** The last token was a word, so that a point directly behind it belongs to a name. */
  #pointOfName = false

  #variable(start: number): Token {
    const text = this.#text
    const next = text.charCodeAt(start + 1)
    if (next === 64) {
      this.#at = start + 2
      if (!isNamePart(text.charCodeAt(this.#at)) && text.charCodeAt(this.#at) !== 96)
        throw this.#refuse(start, 'a variable has no name')
      return this.#token('operator', start, '@@', '@@')
    }
    if (next === 39 || next === 34 || next === 96) {
      const found = quoted(
        text,
        start + 1,
        next !== 96 && this.#reading.backslashEscapes && !(next === 34 && this.#reading.ansiQuotes),
      )
      if (found === undefined) throw this.#refuse(start, 'a variable name is not closed')
      this.#at = found.end
      return this.#token('variable', start, found.value, '')
    }
    let at = start + 1
    while (isVariablePart(text.charCodeAt(at))) at += 1
    this.#at = at
    return this.#token('variable', start, text.slice(start + 1, at), '')
  }

  #operator(start: number): Token {
    const sign = operatorAt(this.#text, start, this.#reading)
    if (sign === undefined) throw this.#refuse(start, 'an unknown sign')
    this.#at = start + sign.length
    // To the server its statement ends there, and the comment is not closed.
    if (sign === ';' && this.#inComment) throw this.#refuse(start, 'a comment is not closed')
    return this.#token('operator', start, sign, sign)
  }

  #token(type: TokenType, start: number, text: string, keyword: string): Token {
    this.#pointOfName = type === 'word'
    return { type, text, keyword, start, end: this.#at, call: false }
  }

  #refuse(position: number, message: string): Refusal {
    return new Refusal('syntax', message, position)
  }
}

function isBit(code: number): boolean {
  return code === 48 || code === 49
}

const HINTABLE: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE'])
