import type { CellMask } from '../cell-mask.ts'
import type { CopyOptions } from './copy-masker.ts'
import { equals, LineCopyMasker, type LineFormat, NEWLINE } from './lines.ts'

/** COPY's CSV format: a cell may be quoted, and a quoted cell may hold newlines. An unquoted cell that reads like the NULL text is NULL. */
export class CsvCopyMasker extends LineCopyMasker {
  constructor(options: CopyOptions, masks: readonly (CellMask | undefined)[]) {
    super(options, csvFormat(options), masks)
  }
}

function csvFormat({ delimiter, nullText, quote, escape }: CopyOptions): LineFormat {
  // A line that spans chunks is read again from its start: quotes open and close, so half a line says nothing by itself.
  const lineEnd = (bytes: Uint8Array, start: number): number => {
    let quoted = false
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at]!
      if (byte === NEWLINE && !quoted) return at + 1
      if (quoted && byte === escape && escape !== quote) at += 1
      else if (byte === quote) quoted = !quoted
    }
    return -1
  }
  const cellEnd = (bytes: Uint8Array, start: number, end: number): number => {
    let quoted = false
    let at = start
    for (; at < end; at += 1) {
      const byte = bytes[at]!
      if (byte === delimiter && !quoted) return at
      if (quoted && byte === escape && escape !== quote) at += 1
      else if (byte === quote) quoted = !quoted
    }
    return Math.min(at, end)
  }
  return {
    lineEnd,
    cellEnd,
    isNull: (bytes, start, end) => equals(nullText, bytes, start, end),
    decode: (bytes, start, end, out) => {
      if (end - start < 2 || bytes[start] !== quote) {
        out.copy(bytes, start, end)
        return
      }
      for (let at = start + 1; at < end - 1; at += 1) {
        if (bytes[at] === escape && at + 1 < end - 1) at += 1
        out.byte(bytes[at]!)
      }
    },
    // A quoted cell is never NULL and never the end of data, whatever it holds; every reader of CSV takes the quotes away.
    encode: (value, start, end, out) => {
      out.byte(quote)
      for (let at = start; at < end; at += 1) {
        const byte = value[at]!
        if (byte === quote || byte === escape) out.byte(escape)
        out.byte(byte)
      }
      out.byte(quote)
    },
  }
}
