import type { CellMask } from '../cell-mask.ts'
import { MaskingError } from '../errors.ts'
import { OutputBuffer } from '../output-buffer.ts'

/** How a row's columns are masked and read. */
export interface MysqlRowShape {
  /** One entry per column of the result; undefined keeps the column. */
  readonly masks: readonly (CellMask | undefined)[]
  /** Binary rows: how each column stands there. Undefined for text rows. */
  readonly widths: readonly (number | 'length')[] | undefined
}

/**
 * Rewrites rows of one result, without packet headers. Only masked cells are touched; everything between them is copied as bytes.
 * Spec: page_protocol_com_query_response_text_resultset_row, page_protocol_binary_resultset.
 */
export class MysqlRowMasker {
  readonly #masks: readonly (CellMask | undefined)[]
  readonly #widths: readonly (number | 'length')[] | undefined
  /** Values of computed masks, whose length stands before them. */
  readonly #scratch = new OutputBuffer(256)
  /** Constants with their length in front. */
  readonly #constants: readonly (Uint8Array | undefined)[]
  /** How many values each column lost, by position; NULLs do not count. */
  readonly redacted: number[]

  constructor({ masks, widths }: MysqlRowShape) {
    this.#masks = masks
    this.#widths = widths
    this.redacted = masks.map(() => 0)
    this.#constants = masks.map((mask, index) => {
      if (mask?.kind !== 'constant') return undefined
      const bare = widths !== undefined && widths[index] !== 'length'
      return bare ? mask.bytes : behindLength(mask.bytes)
    })
  }

  /** Appends the masked form of the row that is `bytes[start, end)`. Throws MaskingError `malformed-row`; `out` then holds nothing of it. */
  row(bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    const before = out.length
    try {
      out.reserve(end - start + 64)
      if (this.#widths === undefined) this.#text(bytes, start, end, out)
      else this.#binary(bytes, start, end, this.#widths, out)
    } catch (error) {
      out.length = before
      throw error
    }
  }

  #text(row: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    const masks = this.#masks
    let copied = start
    let at = start
    for (let index = 0; index < masks.length; index += 1) {
      const mask = masks[index]
      if (at >= end) throw malformed('it has fewer values than its description')
      const first = row[at]!
      if (first === NULL_VALUE) {
        at += 1
        continue
      }
      const value = at + lengthBytes(first)
      const next = value + lengthAt(row, at)
      if (next > end) throw malformed('a value ends outside')
      if (mask !== undefined) {
        out.copy(row, copied, at)
        if (mask.kind === 'null') out.byte(NULL_VALUE)
        else this.#write(mask, index, row, value, next, true, out)
        this.redacted[index]! += 1
        copied = next
      }
      at = next
    }
    if (at !== end) throw malformed('bytes follow its last value')
    out.copy(row, copied, end)
  }

  #binary(
    row: Uint8Array,
    start: number,
    end: number,
    widths: readonly (number | 'length')[],
    out: OutputBuffer,
  ): void {
    const masks = this.#masks
    const bitmap = start + 1
    let at = bitmap + ((masks.length + 7 + NULL_OFFSET) >> 3)
    if (end < at || row[start] !== 0) throw malformed('it does not begin as a binary row')
    const begin = out.length
    let copied = start
    for (let index = 0; index < masks.length; index += 1) {
      const bit = index + NULL_OFFSET
      if ((row[bitmap + (bit >> 3)]! & (1 << (bit & 7))) !== 0) continue
      const width = widths[index]!
      let value = at
      let next = at
      if (width === 'length') {
        if (at >= end || row[at] === NULL_VALUE) throw malformed('a value has no length')
        const first = row[at]!
        value = at + lengthBytes(first)
        next = value + lengthAt(row, at)
      } else next = at + width
      if (next > end) throw malformed('a value ends outside')
      const mask = masks[index]
      if (mask !== undefined) {
        out.copy(row, copied, at)
        if (mask.kind === 'null') out.bytes[begin + 1 + (bit >> 3)]! |= 1 << (bit & 7)
        else this.#write(mask, index, row, value, next, width === 'length', out)
        this.redacted[index]! += 1
        copied = next
      }
      at = next
    }
    if (at !== end) throw malformed('bytes follow its last value')
    out.copy(row, copied, end)
  }

  #write(
    mask: Exclude<CellMask, { kind: 'null' }>,
    index: number,
    row: Uint8Array,
    start: number,
    end: number,
    lengthInFront: boolean,
    out: OutputBuffer,
  ): void {
    if (mask.kind === 'constant') {
      const bytes = this.#constants[index]!
      out.copy(bytes, 0, bytes.length)
    } else if (!lengthInFront) mask.write(row, start, end, out)
    else {
      const scratch = this.#scratch
      scratch.clear()
      mask.write(row, start, end, scratch)
      writeLength(scratch.length, out)
      out.copy(scratch.bytes, 0, scratch.length)
    }
  }
}

function behindLength(bytes: Uint8Array): Uint8Array {
  const out = new OutputBuffer(bytes.length + 9)
  writeLength(bytes.length, out)
  out.copy(bytes, 0, bytes.length)
  return out.take()
}

/** Spec: page_protocol_basic_dt_integers. */
function writeLength(length: number, out: OutputBuffer): void {
  if (length < NULL_VALUE) {
    out.byte(length)
    return
  }
  const bytes = length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 8
  out.byte(bytes === 2 ? 0xfc : bytes === 3 ? 0xfd : 0xfe)
  let left = length
  for (let index = 0; index < bytes; index += 1) {
    out.byte(left % 256)
    left = Math.floor(left / 256)
  }
}

/** Bytes of a length that begins so. */
function lengthBytes(first: number): number {
  if (first < NULL_VALUE) return 1
  if (first === 0xff) throw malformed('a length is none')
  return first === 0xfc ? 3 : first === 0xfd ? 4 : 9
}

function lengthAt(row: Uint8Array, at: number): number {
  const first = row[at]!
  if (first < NULL_VALUE) return first
  let length = 0
  for (let index = at + lengthBytes(first) - 1; index > at; index -= 1) length = length * 256 + (row[index] ?? 0)
  return length
}

function malformed(why: string): MaskingError {
  return new MaskingError('malformed-row', `a row is malformed: ${why}`)
}

const NULL_VALUE = 0xfb
/** The first two bits of a binary row's bitmap are not used. */
const NULL_OFFSET = 2
