import type { CellMask } from './cell-mask.ts'
import { MaskingError } from './errors.ts'
import type { OutputBuffer } from './output-buffer.ts'

/**
 * Rewrites DataRow messages of one result. Only masked cells are touched; everything between them is copied as bytes.
 * Spec: protocol-message-formats, "DataRow".
 */
export class RowMasker {
  readonly #masks: readonly (CellMask | undefined)[]
  /** How many values each column lost, by position; NULLs do not count. */
  readonly redacted: number[]

  /** @param masks one entry per column of the result; undefined keeps the column */
  constructor(masks: readonly (CellMask | undefined)[]) {
    this.#masks = masks
    this.redacted = masks.map(() => 0)
  }

  /** As `row`, for DataRows that fill `source`. */
  rows(source: Uint8Array, out: OutputBuffer): void {
    for (let at = 0; at < source.length;) {
      const end = at + 5 > source.length ? -1 : at + 1 + int32At(source, at + 1)
      if (end <= at || end > source.length) throw malformed('it is not as long as it says')
      this.row(source, at, end, out)
      at = end
    }
  }

  /**
   * Appends the masked form of the DataRow `source[start, end)` (tag and length included) to `out`. Throws MaskingError `malformed-row`; `out`
   * then holds the rows before it and nothing of this one.
   */
  row(source: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    const before = out.length
    try {
      this.#rewrite(source, start, end, out)
    } catch (error) {
      out.length = before
      throw error
    }
  }

  #rewrite(source: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    const masks = this.#masks
    if (end - start < 7 || ((source[start + 5]! << 8) | source[start + 6]!) !== masks.length) {
      throw malformed('its field count differs from its description')
    }
    const begin = out.length
    out.reserve(end - start + 64)
    let copied = start
    let at = start + 7
    for (let index = 0; index < masks.length; index += 1) {
      if (at + 4 > end) throw malformed('a field length lies outside')
      const length = int32At(source, at)
      if (length < -1) throw malformed('a field length is negative')
      const value = at + 4
      const next = length === -1 ? value : value + length
      if (next > end) throw malformed('a field ends outside')
      const mask = masks[index]
      if (mask !== undefined && length !== -1) {
        out.copy(source, copied, at)
        writeCell(mask, source, value, next, out)
        this.redacted[index]! += 1
        copied = next
      }
      at = next
    }
    if (at !== end) throw malformed('bytes follow its last field')
    out.copy(source, copied, end)
    out.patchInt32(begin + 1, out.length - begin - 1)
  }
}

function writeCell(mask: CellMask, source: Uint8Array, start: number, end: number, out: OutputBuffer): void {
  switch (mask.kind) {
    case 'null':
      out.int32(-1)
      return
    case 'constant':
      out.int32(mask.bytes.length)
      out.copy(mask.bytes, 0, mask.bytes.length)
      return
    case 'computed': {
      const header = out.length
      out.int32(0)
      mask.write(source, start, end, out)
      out.patchInt32(header, out.length - header - 4)
    }
  }
}

function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function malformed(why: string): MaskingError {
  return new MaskingError('malformed-row', `a DataRow is malformed: ${why}`)
}
