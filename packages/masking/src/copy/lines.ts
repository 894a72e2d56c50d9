import { ascii } from '../ascii.ts'
import type { CellMask } from '../cell-mask.ts'
import { OutputBuffer } from '../output-buffer.ts'
import type { CopyMasker, CopyOptions } from './copy-masker.ts'
import { malformedCopy, PendingRow } from './pending.ts'

/** One cell of a line: its bytes as they stand in the stream. */
export interface Cell {
  readonly start: number
  readonly end: number
}

/** How one of the two line formats is read and written. */
export interface LineFormat {
  /** The offset just behind the line that begins at `start`, its newline included; -1 when it is not complete. Resumes at `from`. */
  readonly lineEnd: (bytes: Uint8Array, start: number, from: number) => number
  /** The offset just behind the cell that begins at `start`: a delimiter, or the end of the line's contents. */
  readonly cellEnd: (bytes: Uint8Array, start: number, end: number) => number
  readonly isNull: (bytes: Uint8Array, start: number, end: number) => boolean
  /** Appends the value that the cell stands for. */
  readonly decode: (bytes: Uint8Array, start: number, end: number, out: OutputBuffer) => void
  /** Appends a value as a cell. */
  readonly encode: (value: Uint8Array, start: number, end: number, out: OutputBuffer) => void
}

/** The masker of line formats: text and CSV differ only in how a cell is found, read and written. */
export class LineCopyMasker implements CopyMasker {
  readonly redacted: number[]
  readonly #options: CopyOptions
  readonly #format: LineFormat
  readonly #masks: readonly (CellMask | undefined)[]
  readonly #pending: PendingRow
  readonly #decoded = new OutputBuffer(1024)
  readonly #masked = new OutputBuffer(1024)
  #header: boolean

  constructor(options: CopyOptions, format: LineFormat, masks: readonly (CellMask | undefined)[]) {
    this.#options = options
    this.#format = format
    this.#masks = masks
    this.#pending = new PendingRow(options.maxRowBytes)
    this.#header = options.header !== 'none'
    this.redacted = masks.map(() => 0)
  }

  push(chunk: Uint8Array, out: OutputBuffer): void {
    const scanned = this.#pending.length
    const bytes = this.#pending.join(chunk)
    let start = 0
    for (;;) {
      const end = this.#format.lineEnd(bytes, start, Math.max(scanned, start))
      if (end < 0) break
      if (this.#header) this.#names(bytes, start, end, out)
      else this.#line(bytes, start, end, out)
      this.#header = false
      start = end
    }
    this.#pending.keep(bytes, start)
  }

  end(): void {
    if (this.#pending.length > 0) throw malformedCopy('it ends within a row')
  }

  #names(bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    if (this.#options.header === 'keep') {
      out.copy(bytes, start, end)
      return
    }
    for (const index of this.#masks.keys()) {
      if (index > 0) out.byte(this.#options.delimiter)
      const name = ascii(`column${index + 1}`)
      this.#format.encode(name, 0, name.length, out)
    }
    out.byte(NEWLINE)
  }

  #line(bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    const masks = this.#masks
    const last = end - 1
    out.reserve(end - start + 64)
    let copied = start
    let at = start
    for (let index = 0; index < masks.length; index += 1) {
      if (index > 0) {
        if (at >= last || bytes[at] !== this.#options.delimiter) throw malformedCopy('a row has too few columns')
        at += 1
      }
      const cellEnd = this.#format.cellEnd(bytes, at, last)
      const mask = masks[index]
      if (mask !== undefined && !this.#format.isNull(bytes, at, cellEnd)) {
        out.copy(bytes, copied, at)
        this.#cell(mask, bytes, at, cellEnd, out)
        this.redacted[index]! += 1
        copied = cellEnd
      }
      at = cellEnd
    }
    if (at !== last) throw malformedCopy('a row has too many columns')
    out.copy(bytes, copied, end)
  }

  #cell(mask: CellMask, bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    switch (mask.kind) {
      case 'null':
        out.copy(this.#options.nullText, 0, this.#options.nullText.length)
        return
      case 'constant':
        this.#format.encode(mask.bytes, 0, mask.bytes.length, out)
        return
      case 'computed':
        this.#decoded.clear()
        this.#masked.clear()
        this.#format.decode(bytes, start, end, this.#decoded)
        mask.write(this.#decoded.bytes, 0, this.#decoded.length, this.#masked)
        this.#format.encode(this.#masked.bytes, 0, this.#masked.length, out)
    }
  }
}

/** Whether `bytes[start, end)` is exactly `text`. */
export function equals(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== text.length) return false
  for (let index = 0; index < text.length; index += 1) if (text[index] !== bytes[start + index]) return false
  return true
}

export const NEWLINE = 0x0a
