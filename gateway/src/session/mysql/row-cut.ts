import type { StatementLimit } from '../../guard/statement-limit.ts'

/**
 * Says what of a run of rows passes. Runs are cut anywhere by the chunks they come in, so what is left of a packet that has begun is kept; whole rows
 * pass or none of them, and what passes behind rows that did not is numbered anew.
 */
export class RowCut {
  /** Bytes that are still to come of the packet that has begun, and whether the row goes on in another. */
  #left = 0
  #continues = false
  #passes = true
  /** Packets of this command that did not pass. */
  dropped = 0

  /** Another command is answered. */
  reset(): void {
    this.#left = 0
    this.#continues = false
    this.#passes = true
    this.dropped = 0
  }

  /** The bytes of the run that pass: a view of it, or a copy where numbers change. A header is never split between runs. */
  passing(run: Uint8Array, limit: StatementLimit): Uint8Array {
    let at = Math.min(this.#left, run.length)
    this.#left -= at
    let end = this.#passes ? at : 0
    let bytes = run
    while (at < run.length) {
      const length = run[at]! | (run[at + 1]! << 8) | (run[at + 2]! << 16)
      const total = HEADER_BYTES + length
      if (!this.#continues) this.#passes = limit.row(total)
      else if (this.#passes) limit.grows(total)
      this.#continues = length === MAX_PACKET_PAYLOAD
      if (!this.#passes) this.dropped++
      else if (this.dropped > 0) {
        // Not `slice`, which of a Buffer is no copy.
        if (bytes === run) bytes = new Uint8Array(run)
        bytes[at + 3] = (run[at + 3]! - this.dropped) & 0xff
      }
      const taken = Math.min(total, run.length - at)
      at += taken
      this.#left = total - taken
      // Rows pass up to the first that does not, and none behind it, until the next result.
      if (this.#passes) end = at
    }
    return end === run.length ? bytes : bytes.subarray(0, end)
  }
}

const HEADER_BYTES = 4
const MAX_PACKET_PAYLOAD = 0xff_ffff
