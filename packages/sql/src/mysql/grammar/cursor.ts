import type { Reading } from '../lexer/dialect.ts'
import { Lexer } from '../lexer/lexer.ts'
import { Refusal } from '../lexer/refusal.ts'
import type { Token } from '../lexer/token.ts'

/** Reads tokens one after the other, with as many ahead as a rule asks for. */
export class Cursor {
  readonly text: string
  readonly reading: Reading
  readonly #lexer: Lexer
  readonly #maxDepth: number
  /** Tokens that were looked at and not yet taken; the first one is `token`. */
  readonly #ahead: Token[] = []
  #depth = 0
  token: Token
  /** The token taken last; undefined before the first. */
  last: Token | undefined
  /** Inside a stored program its variables stand where a statement has none. */
  inProgram = false
  /** Every token taken, for the fingerprint. */
  readonly taken: Token[] = []

  constructor(text: string, start: number, reading: Reading, maxDepth: number) {
    this.text = text
    this.reading = reading
    this.#lexer = new Lexer(text, reading, start)
    this.#maxDepth = maxDepth
    this.token = this.#lexer.next()
    if (this.token.type === 'hint') this.token = this.#lexer.next()
  }

  get isMaria(): boolean {
    return this.reading.flavour === 'mariadb'
  }

  advance(): Token {
    const taken = this.token
    this.last = taken
    this.taken.push(taken)
    this.token = this.#ahead.shift() ?? this.#lexer.next()
    return taken
  }

  /** The token that many places behind the current one. */
  peek(places = 1): Token {
    while (this.#ahead.length < places) this.#ahead.push(this.#lexer.next())
    return this.#ahead[places - 1] ?? this.token
  }

  is(keyword: string): boolean {
    return this.token.keyword === keyword
  }

  isOneOf(keywords: ReadonlySet<string>): boolean {
    return keywords.has(this.token.keyword)
  }

  /** Takes the keywords if they all come next. */
  accept(...keywords: readonly string[]): boolean {
    if (this.token.keyword !== keywords[0]) return false
    for (let index = 1; index < keywords.length; index += 1) {
      if (this.peek(index).keyword !== keywords[index]) return false
    }
    for (let index = 0; index < keywords.length; index += 1) this.advance()
    return true
  }

  acceptOneOf(keywords: ReadonlySet<string>): string | undefined {
    return keywords.has(this.token.keyword) ? this.advance().keyword : undefined
  }

  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) {
      if (this.token.keyword !== keyword) throw this.refuse()
      this.advance()
    }
  }

  /** A comma list of at least one part. */
  list<T>(part: () => T): T[] {
    const parts = [part()]
    while (this.accept(',')) parts.push(part())
    return parts
  }

  /** The same in parentheses. */
  parenthesised<T>(part: () => T): T[] {
    this.expect('(')
    const parts = this.list(part)
    this.expect(')')
    return parts
  }

  /** Runs a rule one level deeper. Throws Refusal `too-deep`. */
  deeper<T>(rule: () => T): T {
    if (this.#depth >= this.#maxDepth) {
      throw new Refusal('too-deep', 'the statement nests too deeply', this.token.start)
    }
    this.#depth += 1
    const result = rule()
    this.#depth -= 1
    return result
  }

  /** The statement is over: the end of the text, or a semicolon. */
  get atEnd(): boolean {
    return this.token.type === 'end' || this.token.keyword === ';'
  }

  /** The text is over. */
  get isOver(): boolean {
    return this.token.type === 'end'
  }

  /** The statement is over behind the current token. */
  get atEndBehind(): boolean {
    const { type, keyword } = this.peek()
    return type === 'end' || keyword === ';'
  }

  /** A refusal that names the current token, unless it may hold a value. */
  refuse(token: Token = this.token): Refusal {
    const shown = token.keyword !== '' && token.text.length <= MAX_SHOWN_LENGTH ? ` at or near "${token.text}"` : ''
    const message = token.type === 'end' ? 'syntax error at end of input' : `syntax error${shown}`
    return new Refusal('syntax', message, token.start)
  }
}

const MAX_SHOWN_LENGTH = 40
