/**
 * The text of a statement, as the session's character set has it; undefined for bytes that are no text there. Of a character set of single bytes
 * only ASCII is known, and whoever reads the text refuses the rest.
 */
export function decodeText(bytes: Uint8Array, characterSet: string): string | undefined {
  if (!characterSet.startsWith('utf8'))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a text that {@link decodeText} gave. */
export function encodeText(text: string, characterSet: string): Uint8Array {
  return Buffer.from(text, characterSet.startsWith('utf8') ? 'utf8' : 'latin1')
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
