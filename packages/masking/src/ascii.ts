/** The bytes of a text that is ASCII by construction: constants and digits of this package. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** How many characters the UTF-8 bytes `source[start, end)` hold: bytes that are not continuations. */
export function characters(source: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let index = start; index < end; index += 1) if ((source[index]! & 0xc0) !== 0x80) count += 1
  return count
}

/** The offset just behind the first `count` characters of UTF-8 bytes `source[start, end)`. */
export function skipCharacters(source: Uint8Array, start: number, end: number, count: number): number {
  let index = start
  let left = count
  while (index < end) {
    if ((source[index]! & 0xc0) !== 0x80) {
      if (left === 0) return index
      left -= 1
    }
    index += 1
  }
  return end
}
