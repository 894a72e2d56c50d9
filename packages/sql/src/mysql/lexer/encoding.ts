import { SINGLE_BYTE_CHARACTERS } from '../catalogue/generated/characters.ts'

/**
 * Whether the server reads ASCII in a text of this character set as ASCII. In gbk, big5, sjis and their like the second byte of a character may be a
 * backslash or a quote; they are refused, and so is everything that is not known.
 */
export function isSafeCharacterSet(name: string): boolean {
  return UNICODE.has(name.toLowerCase()) || SINGLE_BYTE.has(name.toLowerCase())
}

/**
 * Whether a text can be read in a character set: no NUL, no half of a surrogate pair, no byte that is no character, and only ASCII where the
 * characters beyond it are not known.
 */
export function isReadable(text: string, characterSet: string): boolean {
  const set = characterSet.toLowerCase()
  const unicode = UNICODE.has(set)
  if (!unicode && !SINGLE_BYTE.has(set)) return false
  const known = unicode || set === BINARY || CHARACTERS.has(set)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0) return false
    if (code < 128) continue
    if (!known || (!unicode && code === NO_CHARACTER)) return false
    if (code >= 0xd8_00 && code < 0xe0_00) {
      const next = text.charCodeAt(index + 1)
      if (code >= 0xdc_00 || !(next >= 0xdc_00 && next < 0xe0_00)) return false
      index += 1
    }
  }
  return true
}

/** Whether bytes in one of the two are the same text in the other. */
export function readsAlike(text: string, one: string, other: string): boolean {
  if (one === other || isAscii(text)) return true
  return UNICODE.has(one.toLowerCase()) && UNICODE.has(other.toLowerCase())
}

export function isAscii(text: string): boolean {
  return !BEYOND_ASCII.test(text)
}

/**
 * The characters beyond ASCII that the server takes for parts of names in a character set; undefined where it takes all, as in Unicode. To the
 * bytes of `binary` it gives no meaning.
 */
export function lettersOf(characterSet: string): ReadonlySet<number> | undefined {
  const set = characterSet.toLowerCase()
  if (UNICODE.has(set)) return undefined
  let letters = LETTERS.get(set)
  if (letters === undefined) {
    letters = new Set(Array.from(CHARACTERS.get(set)?.names ?? '', (character) => character.charCodeAt(0)))
    if (SINGLE_BYTE.has(set)) LETTERS.set(set, letters)
  }
  return letters
}

/**
 * The text that bytes are in a character set of one byte; a byte beyond ASCII that is no character there is U+FFFD. In other sets, and in `binary`, each
 * byte is taken for the character of its number.
 *
 * @param bytes a code unit for each byte
 */
export function charactersOf(bytes: string, characterSet: string): string {
  const found = CHARACTERS.get(characterSet.toLowerCase())
  if (found === undefined || isAscii(bytes)) return bytes
  return bytes.replaceAll(EACH_BEYOND_ASCII, (byte) => found.all[byte.charCodeAt(0) - 128] ?? '\uFFFD')
}

/** The bytes of a text that {@link charactersOf} gave, a code unit for each; '?' for a character that the set has not. */
export function bytesOf(text: string, characterSet: string): string {
  const found = CHARACTERS.get(characterSet.toLowerCase())
  if (found === undefined || isAscii(text)) return text
  return text.replaceAll(EACH_BEYOND_ASCII, (character) => {
    const at = character === '\uFFFD' ? -1 : found.all.indexOf(character)
    return at === -1 ? '?' : String.fromCharCode(at + 128)
  })
}

const CHARACTERS = new Map(Object.entries(SINGLE_BYTE_CHARACTERS))
const UNICODE: ReadonlySet<string> = new Set(['utf8', 'utf8mb3', 'utf8mb4'])
const BINARY = 'binary'
/** Sets whose bytes below 0x80 are ASCII wherever they stand. */
const SINGLE_BYTE: ReadonlySet<string> = new Set([...CHARACTERS.keys(), 'ascii', BINARY, 'geostd8', 'keybcs2', 'macce'])
const NO_CHARACTER = 0xff_fd
const LETTERS = new Map<string, ReadonlySet<number>>()
const BEYOND_ASCII = /[^\0-\u007f]/
const EACH_BEYOND_ASCII = /[^\0-\u007f]/g
