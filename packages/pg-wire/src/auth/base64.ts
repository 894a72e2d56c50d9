/** Standard base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63)
    text += index + 1 < bytes.length ? ALPHABET.charAt((group >> 6) & 63) : '='
    text += index + 2 < bytes.length ? ALPHABET.charAt(group & 63) : '='
  }
  return text
}

/** The bytes of a canonical base64 text: padded, no white space, no stray bits. Undefined for any other. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  for (let index = 0, at = 0; index < text.length; index += 4) {
    let group = 0
    for (let digit = 0; digit < 4; digit++) {
      group = (group << 6) | Math.max(0, ALPHABET.indexOf(text.charAt(index + digit)))
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (group >> shift) & 0xff
  }
  return encodeBase64(bytes) === text ? bytes : undefined
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
