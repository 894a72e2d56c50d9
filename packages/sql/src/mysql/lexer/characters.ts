// Classes of characters, as the server's state map for utf8mb4 has them. Every character beyond ASCII belongs to a name.

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

export function isControl(code: number): boolean {
  return code < 32 || code === 127
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}

/** Letters, digits, `_`, `$` and everything beyond ASCII. */
export function isNamePart(code: number): boolean {
  return code < 128 ? NAME_PARTS[code] === 1 : code >= 128
}

/** What a user variable may be made of without quotes: letters, digits, `_`, `$`, `.`. */
export function isVariablePart(code: number): boolean {
  return (code < 128 && NAME_PARTS[code] === 1) || code === 46 // '.'
}

const NAME_PARTS = new Uint8Array(128)
for (const character of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$') {
  NAME_PARTS[character.charCodeAt(0)] = 1
}
