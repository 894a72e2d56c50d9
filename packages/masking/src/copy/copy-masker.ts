import type { CellMask } from '../cell-mask.ts'
import type { OutputBuffer } from '../output-buffer.ts'
import { BinaryCopyMasker } from './binary.ts'
import { CsvCopyMasker } from './csv.ts'
import { TextCopyMasker } from './text.ts'

export type CopyFormat = 'text' | 'csv' | 'binary'

/** The options of a COPY … TO STDOUT that shape its stream, with the server's defaults filled in. */
export interface CopyOptions {
  readonly format: CopyFormat
  /** One byte; text and CSV. */
  readonly delimiter: number
  /** What stands for NULL; text and CSV. */
  readonly nullText: Uint8Array
  /** One byte; CSV. */
  readonly quote: number
  /** One byte; CSV. */
  readonly escape: number
  /** The first line names the columns: none, as it comes, or replaced by `column1`, `column2` … where a name could be a value. */
  readonly header: 'none' | 'keep' | 'generic'
  /** Bound for one row, in bytes. */
  readonly maxRowBytes: number
}

/**
 * Rewrites the stream of one COPY … TO STDOUT. Chunks may end anywhere in a row; what is complete is written, the rest waits for the next
 * chunk. Spec: sql-copy, "File Formats".
 */
export interface CopyMasker {
  /** How many values each column lost, by position; NULLs do not count. */
  readonly redacted: readonly number[]
  /** Takes the contents of one CopyData. Throws MaskingError `malformed-copy`, `row-too-large`. */
  readonly push: (chunk: Uint8Array, out: OutputBuffer) => void
  /** CopyDone has come. Throws MaskingError `malformed-copy` when a row is incomplete. */
  readonly end: () => void
}

/** @param masks one entry per column; undefined keeps the column. Masks are for the text format, except where `format` is binary. */
export function copyMasker(options: CopyOptions, masks: readonly (CellMask | undefined)[]): CopyMasker {
  return new MASKERS[options.format](options, masks)
}

const MASKERS: Readonly<
  Record<CopyFormat, new (options: CopyOptions, masks: readonly (CellMask | undefined)[]) => CopyMasker>
> = { text: TextCopyMasker, csv: CsvCopyMasker, binary: BinaryCopyMasker }
