/**
 * Reads the parse tree that the grammar leaves in memory, JSON ended by NUL, without making a string of it first.
 *
 * Theory of operation: the tree says everything with few distinct words, so each run of plain ASCII is looked up among the words seen before
 * and becomes the same string object again. A string with an escape or any other byte goes through JSON.parse. Numbers in fields of one name are
 * read over. It takes less time than decoding and JSON.parse, and leaves less
 * behind to collect; a property holds the two to the same result.
 */
export interface TreeReader {
  /** The value at a pointer. Throws SyntaxError for what is not the JSON that the grammar writes, RangeError for what
   * is nested deeper than the stack reaches. */
  readonly read: (memory: Uint8Array, pointer: number) => unknown
}

/**
 * @param decode the text of a pointer and a number of bytes of UTF-8
 * @param skipped the field whose numbers are left out
 */
export function createTreeReader(decode: (pointer: number, bytes: number) => string, skipped: string): TreeReader {
  // Filled at once: written here and there it would become a slow dictionary.
  const words: (string | undefined)[] = Array.from({ length: WORDS }, () => undefined)
  let memory: Uint8Array = new Uint8Array()
  let at = 0

  const read = (): unknown => {
    const first = memory[at]
    if (first === OPEN_BRACE) return readFields()
    if (first === OPEN_BRACKET) return readItems()
    if (first === QUOTE) return readString()
    if (first === LETTER_T) return readWord('true', true)
    if (first === LETTER_F) return readWord('false', false)
    if (first === LETTER_N) return readWord('null', null)
    return readInteger()
  }

  const readFields = (): Record<string, unknown> => {
    // Names of fields are the grammar's own; whatever a text names is a value.
    const fields: Record<string, unknown> = {}
    at += 1
    if (memory[at] === CLOSE_BRACE) {
      at += 1
      return fields
    }
    for (;;) {
      const name = readString()
      if (memory[at] !== COLON) throw unexpected()
      at += 1
      const value = name === skipped ? skip() : read()
      if (value !== SKIPPED) fields[name] = value
      if (memory[at] === CLOSE_BRACE) break
      if (memory[at] !== COMMA) throw unexpected()
      at += 1
    }
    at += 1
    return fields
  }

  const readItems = (): unknown[] => {
    const items: unknown[] = []
    at += 1
    if (memory[at] === CLOSE_BRACKET) {
      at += 1
      return items
    }
    for (;;) {
      items.push(read())
      if (memory[at] === CLOSE_BRACKET) break
      if (memory[at] !== COMMA) throw unexpected()
      at += 1
    }
    at += 1
    return items
  }

  const readString = (): string => {
    if (memory[at] !== QUOTE) throw unexpected()
    at += 1
    // Locals: this loop sees every byte of every word.
    const bytes = memory
    const start = at
    let end = start
    let hash = 0
    for (let byte = bytes[end] ?? 0; byte !== QUOTE; byte = bytes[end] ?? 0) {
      if (byte < SPACE || byte === BACKSLASH || byte > LAST_ASCII) return readEscaped(start)
      hash = Math.imul(hash ^ byte, FNV_PRIME)
      end += 1
    }
    at = end + 1
    const length = end - start
    const slot = (hash ^ (hash >>> 15) ^ length) & (WORDS - 1)
    const known = words[slot]
    if (known !== undefined && isWord(known, start, length)) return known
    const word = length === 0 ? '' : decode(start, length)
    if (length <= MAX_WORD_LENGTH) words[slot] = word
    return word
  }

  const isWord = (word: string, start: number, length: number): boolean => {
    if (word.length !== length) return false
    const bytes = memory
    for (let index = 0; index < length; index += 1) {
      if (word.charCodeAt(index) !== bytes[start + index]) return false
    }
    return true
  }

  const readEscaped = (start: number): string => {
    for (let byte = memory[at]; byte !== QUOTE; byte = memory[at]) {
      if (byte === undefined || byte === 0) throw new SyntaxError('unterminated string in the parse tree')
      at += byte === BACKSLASH ? 2 : 1
    }
    at += 1
    return JSON.parse(decode(start - 1, at - start + 1)) as string
  }

  const readInteger = (): number => {
    const negative = memory[at] === MINUS
    if (negative) at += 1
    const start = at
    let value = 0
    for (let byte = memory[at] ?? 0; byte >= DIGIT_0 && byte <= DIGIT_9; byte = memory[at] ?? 0) {
      value = value * 10 + (byte - DIGIT_0)
      at += 1
    }
    if (at === start) throw unexpected()
    return negative ? -value : value
  }

  const skip = (): unknown => {
    const value = read()
    return typeof value === 'number' ? SKIPPED : value
  }

  const readWord = <Value>(word: string, value: Value): Value => {
    if (!isWord(word, at, word.length)) throw new SyntaxError('unexpected word in the parse tree')
    at += word.length
    return value
  }

  return {
    read: (from, pointer) => {
      memory = from
      at = pointer
      const value = read()
      if (memory[at] !== 0) throw new SyntaxError('bytes after the parse tree')
      return value
    },
  }
}

function unexpected(): SyntaxError {
  return new SyntaxError('unexpected byte in the parse tree')
}

const SKIPPED = Symbol('skipped')
/** Words remembered; a power of two. */
const WORDS = 4096
const MAX_WORD_LENGTH = 64
const FNV_PRIME = 16_777_619

const SPACE = 0x20
const QUOTE = 0x22 // '"'
const COMMA = 0x2c // ','
const MINUS = 0x2d // '-'
const DIGIT_0 = 0x30 // '0'
const DIGIT_9 = 0x39 // '9'
const COLON = 0x3a // ':'
const OPEN_BRACKET = 0x5b // '['
const BACKSLASH = 0x5c // '\'
const CLOSE_BRACKET = 0x5d // ']'
const LETTER_F = 0x66 // 'f'
const LETTER_N = 0x6e // 'n'
const LETTER_T = 0x74 // 't'
const OPEN_BRACE = 0x7b // '{'
const CLOSE_BRACE = 0x7d // '}'
const LAST_ASCII = 0x7e
