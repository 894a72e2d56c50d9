import type { StatementLimit } from '../../guard/statement-limit.ts'

/**
 * Says how much of a run of rows may pass. Runs are cut anywhere by the chunks they come in, so what is left of a row that has begun is kept; whole
 * rows pass or none of them.
 */
export class RowCut {
  /** Bytes that are still to come of the row that has begun, and whether it passes. */
  #left = 0
  #passes = true

  /** Rows begin anew, between two messages. */
  reset(): void {
    this.#left = 0
    this.#passes = true
  }

  /** How many bytes of the run, from its start, may pass. A header is never split between runs. */
  passing(run: Uint8Array, limit: StatementLimit): number {
    let at = Math.min(this.#left, run.length)
    this.#left -= at
    let end = this.#passes ? at : 0
    while (at < run.length) {
      const total = lengthAt(run, at + 1) + 1
      this.#passes = limit.row(total)
      const taken = Math.min(total, run.length - at)
      at += taken
      this.#left = total - taken
      if (this.#passes) end = at
    }
    return end
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
