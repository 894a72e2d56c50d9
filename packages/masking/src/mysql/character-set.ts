/**
 * What the bytes of a text are, as far as masking must know: `utf8`, one byte a character (`single`), two or more of which none is ASCII (`wide`),
 * something else in which ASCII means itself (`other`), or no text at all (`binary`).
 */
export interface CharacterSet {
  readonly family: 'utf8' | 'single' | 'wide' | 'other' | 'binary'
  /** The most bytes that a character takes. */
  readonly maxBytes: 1 | 2 | 3 | 4
}

/** The character set of a collation's number, as column definitions have it. Sources: the servers' information_schema.COLLATIONS. */
export function characterSetOf(collation: number): CharacterSet {
  // MariaDB numbers its NOPAD collations 1024 higher, and those of UCA 14 by character set in steps of 256.
  if (collation >= 2048) return UCA14[collation >> 8] ?? OTHER
  const id = collation >= 1024 ? collation - 1024 : collation
  if (id === 63) return BINARY
  if (id === 45 || id === 46 || between(id, 224, 247) || between(id, 255, 323)) return UTF8MB4
  if (id === 33 || id === 76 || id === 83 || between(id, 192, 215) || id === 223) return UTF8MB3
  if (WIDE.has(id) || between(id, 101, 151) || between(id, 159, 183)) return WIDE_SET
  return SINGLE.has(id) ? SINGLE_BYTE : OTHER
}

function between(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}

const UTF8MB4: CharacterSet = { family: 'utf8', maxBytes: 4 }
const UTF8MB3: CharacterSet = { family: 'utf8', maxBytes: 3 }
const SINGLE_BYTE: CharacterSet = { family: 'single', maxBytes: 1 }
const WIDE_SET: CharacterSet = { family: 'wide', maxBytes: 4 }
const BINARY: CharacterSet = { family: 'binary', maxBytes: 1 }
const OTHER: CharacterSet = { family: 'other', maxBytes: 4 }
const UCA14: Readonly<Partial<Record<number, CharacterSet>>> = {
  8: UTF8MB3,
  9: UTF8MB4,
  10: WIDE_SET,
  11: WIDE_SET,
  12: WIDE_SET,
}
/** ucs2, utf16, utf16le and utf32 beyond the ranges above. */
const WIDE: ReadonlySet<number> = new Set([35, 54, 55, 56, 60, 61, 62, 90])
/** latin1 2 5 7, ascii, cp…, greek, hebrew, keybcs2, koi8, mac…, dec8, hp8, armscii8, geostd8, tis620. */
const SINGLE: ReadonlySet<number> = new Set([
  2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 15, 16, 18, 20, 21, 22, 23, 25, 26, 27, 29, 30, 31, 32, 34, 36, 37, 38, 39, 40, 41,
  42, 43, 44, 47, 48, 49, 50, 51, 52, 53, 57, 58, 59, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 77, 78, 79, 80,
  81, 89, 92, 93, 94, 99,
])
