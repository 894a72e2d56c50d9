import { mysqlCharactersOf } from '@sallyport/sql'

/**
 * A statement as text. What is no UTF-8 in it becomes U+FFFD: bytes of ASCII stay what they are, so quotes and
 * comments end where the server ends them; strings may hold any bytes. In the character sets of one byte a byte is a character of theirs; what the
 * analyser does not know beyond ASCII it refuses.
 */
export function readText(bytes: Uint8Array, characterSet: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (characterSet.startsWith('utf8')) return buffer.toString('utf8')
  return mysqlCharactersOf(buffer.toString('latin1'), characterSet)
}
