import type { CellMask } from '../cell-mask.ts'
import type { OutputBuffer } from '../output-buffer.ts'
import type { CopyOptions } from './copy-masker.ts'
import { equals, LineCopyMasker, type LineFormat, NEWLINE } from './lines.ts'

/** COPY's text format: newlines, delimiters and backslashes of a value are escaped, so a bare newline ends a row. */
export class TextCopyMasker extends LineCopyMasker {
  constructor(options: CopyOptions, masks: readonly (CellMask | undefined)[]) {
    super(options, textFormat(options), masks)
  }
}

function textFormat({ delimiter, nullText }: CopyOptions): LineFormat {
  return {
    lineEnd: (bytes, _start, from) => bytes.indexOf(NEWLINE, from) + 1 || -1,
    cellEnd: (bytes, start, end) => {
      let at = start
      while (at < end && bytes[at] !== delimiter) at += bytes[at] === BACKSLASH ? 2 : 1
      return Math.min(at, end)
    },
    isNull: (bytes, start, end) => equals(nullText, bytes, start, end),
    decode: (bytes, start, end, out) => {
      for (let at = start; at < end; at += 1) {
        const byte = bytes[at]!
        if (byte !== BACKSLASH || at + 1 >= end) {
          out.byte(byte)
        } else {
          at += 1
          out.byte(MEANT[bytes[at]!] ?? bytes[at]!)
        }
      }
    },
    encode: (value, start, end, out) => encode(value, start, end, delimiter, out),
  }
}

function encode(value: Uint8Array, start: number, end: number, delimiter: number, out: OutputBuffer): void {
  for (let at = start; at < end; at += 1) {
    const byte = value[at]!
    const letter = WRITTEN[byte]
    if (letter !== undefined || byte === delimiter || byte === BACKSLASH) out.byte(BACKSLASH)
    out.byte(letter ?? byte)
  }
}

const BACKSLASH = 0x5c

/** Letter behind a backslash to the byte it stands for: b f n r t v. */
const MEANT: Readonly<Record<number, number>> = { 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9, 0x76: 11 }
const WRITTEN: Readonly<Record<number, number>> = { 8: 0x62, 12: 0x66, 10: 0x6e, 13: 0x72, 9: 0x74, 11: 0x76 }
