/**
 * Reads the parse tree that the grammar leaves in memory, JSON ended by NUL, without making a string of it first.
 *
 * Theory of operation: the tree says everything with few distinct words, so each run of plain ASCII is looked up among the words seen before
 * and becomes the same string object again. Four bytes at a time are read, hashed, and compared with the bytes of the word, so that nothing
 * but the same bytes is ever taken for it. A word not seen before is read byte by byte; one with an escape or any other byte goes
 * through JSON.parse. Numbers in fields of one name are read over. It takes less time than decoding and JSON.parse, and leaves less
 * behind to collect; a property holds the two to the same result.
 */
export interface TreeReader {
  /** The value at a pointer. Throws SyntaxError for what is not the JSON that the grammar writes, RangeError for what
   * is nested deeper than the stack reaches, or ends within three bytes of the memory's end. */
  readonly read: (memory: Uint8Array, pointer: number) => unknown
}

/**
 * @param decode the text of a pointer and a number of bytes of UTF-8
 * @param skipped the field whose numbers are left out
 */
export function createTreeReader(decode: (pointer: number, bytes: number) => string, skipped: string): TreeReader {
  // Filled at once: written here and there it would become a slow dictionary.
  const words: string[] = Array.from({ length: WORDS }, () => '')
  // The bytes of each word, the last chunk filled up with zeros.
  const chunks = new Int32Array(WORDS * MAX_CHUNKS)
  let memory: Uint8Array = new Uint8Array()
  let view = new DataView(memory.buffer)
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
      if (name === skipped && isInteger()) readInteger()
      else fields[name] = read()
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
    const start = at
    let end = start
    let hash = 0
    let chunk = view.getInt32(end, true)
    let quotes = quotesIn(chunk)
    while (quotes === 0) {
      hash = Math.imul(hash ^ chunk, FNV_PRIME)
      end += CHUNK
      chunk = view.getInt32(end, true)
      quotes = quotesIn(chunk)
    }
    // The lowest byte of a chunk comes first.
    const left = (31 - Math.clz32(quotes & -quotes)) >>> 3
    const last = left === 0 ? 0 : chunk & (-1 >>> (32 - 8 * left))
    hash = Math.imul(hash ^ last, FNV_PRIME)
    const slot = (hash ^ (hash >>> 15)) & (WORDS - 1)
    const known = words[slot] ?? ''
    if (known.length === end + left - start && isWord(slot, start, end, last)) {
      at = end + left + 1
      return known
    }
    return readUnknown(slot, last)
  }

  const isWord = (slot: number, start: number, end: number, last: number): boolean => {
    let index = slot * MAX_CHUNKS
    for (let from = start; from < end; from += CHUNK) {
      if (chunks[index] !== view.getInt32(from, true)) return false
      index += 1
    }
    return chunks[index] === last
  }

  const readUnknown = (slot: number, last: number): string => {
    const start = at
    for (let byte = memory[at] ?? 0; byte !== QUOTE; byte = memory[at] ?? 0) {
      if (byte < SPACE || byte === BACKSLASH || byte > LAST_ASCII) return readEscaped(start)
      at += 1
    }
    const length = at - start
    at += 1
    const word = length === 0 ? '' : decode(start, length)
    if (length > MAX_WORD_LENGTH) return word
    const whole = length - (length % CHUNK)
    let index = slot * MAX_CHUNKS
    for (let from = start; from < start + whole; from += CHUNK) {
      chunks[index] = view.getInt32(from, true)
      index += 1
    }
    chunks[index] = last
    return (words[slot] = internal(word))
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

  const isInteger = (): boolean => {
    const byte = memory[at] ?? 0
    return byte <= DIGIT_9 && (byte >= DIGIT_0 || byte === MINUS)
  }

  const readWord = <Value>(word: string, value: Value): Value => {
    for (let index = 0; index < word.length; index += 1) {
      if (word.charCodeAt(index) !== memory[at + index]) throw new SyntaxError('unexpected word in the parse tree')
    }
    at += word.length
    return value
  }

  return {
    read: (from, pointer) => {
      memory = from
      if (view.buffer !== from.buffer || view.byteOffset !== from.byteOffset) {
        view = new DataView(from.buffer, from.byteOffset)
      }
      at = pointer
      const value = read()
      if (memory[at] !== 0) throw new SyntaxError('bytes after the parse tree')
      return value
    },
  }
}

/** Not zero if a byte of four is a quote; the lowest bit that is set is then the highest of the first one's byte. */
function quotesIn(chunk: number): number {
  const others = chunk ^ 0x22_22_22_22
  return (others - 0x01_01_01_01) & ~others & 0x80_80_80_80
}

/** The same text as names of fields have it: an object finds its field by it without hashing it again. */
function internal(word: string): string {
  for (const name in { [word]: 0 }) return name
  return word
}

function unexpected(): SyntaxError {
  return new SyntaxError('unexpected byte in the parse tree')
}

/** Words remembered; a power of two. */
const WORDS = 4096
const MAX_WORD_LENGTH = 63
/** Bytes read at once. */
const CHUNK = 4
const MAX_CHUNKS = (MAX_WORD_LENGTH + 1) / CHUNK
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
