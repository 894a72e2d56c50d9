/**
 * Whether the server reads ASCII in a text of this character set as ASCII. In gbk, big5, sjis and their like the second byte of a character may be a
 * backslash or a quote; they are refused, and so is everything that is not known.
 */
export function isSafeCharacterSet(name: string): boolean {
  return UNICODE.has(name.toLowerCase()) || SINGLE_BYTE.has(name.toLowerCase())
}

/**
 * Whether a text can be read in a character set: no NUL, no half of a surrogate pair, and beyond ASCII only where the set is Unicode;
 * in others a byte may be white space that is a letter here.
 */
export function isReadable(text: string, characterSet: string): boolean {
  const unicode = UNICODE.has(characterSet.toLowerCase())
  if (!unicode && !SINGLE_BYTE.has(characterSet.toLowerCase())) return false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0) return false
    if (code < 128) continue
    if (!unicode) return false
    if (code >= 0xd8_00 && code < 0xe0_00) {
      const next = text.charCodeAt(index + 1)
      if (code >= 0xdc_00 || !(next >= 0xdc_00 && next < 0xe0_00)) return false
      index += 1
    }
  }
  return true
}

const UNICODE: ReadonlySet<string> = new Set(['utf8', 'utf8mb3', 'utf8mb4'])
const SINGLE_BYTE: ReadonlySet<string> = new Set(
  `ascii binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 geostd8 greek hebrew keybcs2 koi8r koi8u latin1 latin2 latin5 latin7
  macce macroman`.split(/\s+/),
)
