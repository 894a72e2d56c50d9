import { mysqlBytesOf, mysqlCharactersOf } from '@sallyport/sql'

/** The text of a statement, as the session's character set has it; undefined for bytes that are no text in UTF-8. */
export function decodeText(bytes: Uint8Array, characterSet: string): string | undefined {
  if (!characterSet.startsWith('utf8')) {
    const each = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    return mysqlCharactersOf(each, characterSet)
  }
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a text that {@link decodeText} gave. */
export function encodeText(text: string, characterSet: string): Uint8Array {
  if (characterSet.startsWith('utf8')) return Buffer.from(text, 'utf8')
  return Buffer.from(mysqlBytesOf(text, characterSet), 'latin1')
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
