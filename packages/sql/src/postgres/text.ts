/**
 * Whether a text reaches the grammar as the server would see it. NUL ends a C string, so what follows would be hidden; a lone surrogate
 * has no UTF-8 form, so the bytes parsed would not be the bytes sent.
 */
export function isParsableText(text: string): boolean {
  return !UNPARSABLE.test(text)
}

/** Bytes of a well-formed text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) bytes += unit > 0x7_ff && (unit < 0xd8_00 || unit > 0xdf_ff) ? 2 : 1
  }
  return bytes
}

/** Turns UTF-8 byte offsets into UTF-16 offsets; the offsets must be asked for in rising order. */
export function offsetReader(text: string): (byte: number) => number {
  if (!/[^\0-\x7f]/.test(text)) return (byte) => Math.min(byte, text.length)
  let index = 0
  let bytes = 0
  return (byte) => {
    while (bytes < byte && index < text.length) {
      const point = text.codePointAt(index) ?? 0
      bytes += point > 0xff_ff ? 4 : point > 0x7_ff ? 3 : point > 0x7f ? 2 : 1
      index += point > 0xff_ff ? 2 : 1
    }
    return index
  }
}

/** With the u flag a surrogate matches only where it stands alone. */
const UNPARSABLE = /[\0\ud800-\udfff]/u
