import { MaskingError } from '../errors.ts'
import { OutputBuffer } from '../output-buffer.ts'

/** The bytes of a row that is not complete yet, bounded. */
export class PendingRow {
  readonly #maxRowBytes: number
  readonly #buffer = new OutputBuffer(1024)

  constructor(maxRowBytes: number) {
    this.#maxRowBytes = maxRowBytes
  }

  get length(): number {
    return this.#buffer.length
  }

  /** The chunk itself when nothing waits, otherwise what waits with the chunk behind it; borrowed until `keep`. */
  join(chunk: Uint8Array): Uint8Array {
    if (this.#buffer.length === 0) return chunk
    this.#buffer.copy(chunk, 0, chunk.length)
    return this.#buffer.bytes.subarray(0, this.#buffer.length)
  }

  /** Keeps `joined` from `start` on for the next chunk. Throws MaskingError `row-too-large`. */
  keep(joined: Uint8Array, start: number): void {
    const rest = joined.length - start
    if (rest > this.#maxRowBytes) {
      throw new MaskingError('row-too-large', `a row of a masked COPY is larger than ${this.#maxRowBytes} bytes`)
    }
    if (this.#buffer.length > 0) {
      this.#buffer.bytes.copyWithin(0, start, joined.length)
      this.#buffer.length = rest
    } else {
      this.#buffer.copy(joined, start, joined.length)
    }
  }
}

/** A COPY stream that is not what it announced. */
export function malformedCopy(why: string): MaskingError {
  return new MaskingError('malformed-copy', `a COPY stream is malformed: ${why}`)
}
