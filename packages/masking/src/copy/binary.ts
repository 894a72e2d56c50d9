import { ascii } from '../ascii.ts'
import type { CellMask } from '../cell-mask.ts'
import type { OutputBuffer } from '../output-buffer.ts'
import type { CopyMasker, CopyOptions } from './copy-masker.ts'
import { malformedCopy, PendingRow } from './pending.ts'

/** COPY's binary format: a header, then per row a field count and length-prefixed fields, then a count of -1. */
export class BinaryCopyMasker implements CopyMasker {
  readonly redacted: number[]
  readonly #masks: readonly (CellMask | undefined)[]
  readonly #pending: PendingRow
  /** Bytes that must be at hand before it is worth looking again. */
  #needed = 0
  #place: 'header' | 'rows' | 'ended' = 'header'

  constructor(options: CopyOptions, masks: readonly (CellMask | undefined)[]) {
    this.#masks = masks
    this.#pending = new PendingRow(options.maxRowBytes)
    this.redacted = masks.map(() => 0)
  }

  push(chunk: Uint8Array, out: OutputBuffer): void {
    const bytes = this.#pending.join(chunk)
    let start = 0
    while (start < bytes.length && bytes.length - start >= this.#needed) {
      const end = this.#unit(bytes, start, out)
      if (end < 0) break
      this.#needed = 0
      start = end
    }
    this.#pending.keep(bytes, start)
  }

  end(): void {
    if (this.#place !== 'ended' || this.#pending.length > 0) throw malformedCopy('it ends before its trailer')
  }

  /** Rewrites the header, row or trailer at `start`; the offset behind it, or -1 when it is not complete. */
  #unit(bytes: Uint8Array, start: number, out: OutputBuffer): number {
    if (this.#place === 'ended') throw malformedCopy('bytes follow its trailer')
    return this.#place === 'header' ? this.#headerEnd(bytes, start, out) : this.#row(bytes, start, out)
  }

  #headerEnd(bytes: Uint8Array, start: number, out: OutputBuffer): number {
    if (!this.#has(bytes, start, HEADER_BYTES)) return -1
    for (const [index, byte] of SIGNATURE.entries()) {
      if (bytes[start + index] !== byte) throw malformedCopy('it lacks the signature of the binary format')
    }
    const extension = int32(bytes, start + HEADER_BYTES - 4)
    if (extension < 0) throw malformedCopy('its header extension is negative')
    if (!this.#has(bytes, start, HEADER_BYTES + extension)) return -1
    const end = start + HEADER_BYTES + extension
    out.copy(bytes, start, end)
    this.#place = 'rows'
    return end
  }

  #row(bytes: Uint8Array, start: number, out: OutputBuffer): number {
    if (!this.#has(bytes, start, 2)) return -1
    const fields = (bytes[start]! << 8) | bytes[start + 1]!
    if (fields === TRAILER) {
      out.copy(bytes, start, start + 2)
      this.#place = 'ended'
      return start + 2
    }
    if (fields !== this.#masks.length) throw malformedCopy('a row has another number of columns')
    // First the whole row is found, then it is written: half a row must not have been written when more bytes are needed.
    let end = start + 2
    for (let index = 0; index < fields; index += 1) {
      if (!this.#has(bytes, start, end + 4 - start)) return -1
      const length = int32(bytes, end)
      if (length < -1) throw malformedCopy('a field length is negative')
      end += 4 + Math.max(length, 0)
    }
    if (!this.#has(bytes, start, end - start)) return -1
    this.#rewrite(bytes, start, end, out)
    return end
  }

  #rewrite(bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
    out.reserve(end - start + 64)
    let copied = start
    let at = start + 2
    for (const [index, mask] of this.#masks.entries()) {
      const length = int32(bytes, at)
      const next = at + 4 + Math.max(length, 0)
      if (mask !== undefined && length >= 0) {
        out.copy(bytes, copied, at)
        writeField(mask, bytes, at + 4, next, out)
        this.redacted[index]! += 1
        copied = next
      }
      at = next
    }
    out.copy(bytes, copied, end)
  }

  #has(bytes: Uint8Array, start: number, count: number): boolean {
    if (bytes.length - start >= count) return true
    this.#needed = count
    return false
  }
}

function writeField(mask: CellMask, bytes: Uint8Array, start: number, end: number, out: OutputBuffer): void {
  if (mask.kind === 'null') {
    out.int32(-1)
    return
  }
  const header = out.length
  out.int32(0)
  if (mask.kind === 'constant') out.copy(mask.bytes, 0, mask.bytes.length)
  else mask.write(bytes, start, end, out)
  out.patchInt32(header, out.length - header - 4)
}

function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Source: BinarySignature in copyto.c. */
const SIGNATURE = ascii('PGCOPY\n\xff\r\n\0')

/** Signature, flags, length of the extension. */
const HEADER_BYTES = SIGNATURE.length + 8

/** A field count of -1. */
const TRAILER = 0xffff
