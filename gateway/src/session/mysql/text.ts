/**
 * A statement as text. What is no UTF-8 in it becomes U+FFFD: bytes of ASCII stay what they are, so quotes and
 * comments end where the server ends them; strings may hold any bytes. In the other character sets only ASCII is read at all, see `isReadable` of the
 * analyser, and a byte is a character.
 */
export function readText(bytes: Uint8Array, characterSet: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString(characterSet.startsWith('utf8') ? 'utf8' : 'latin1')
}
