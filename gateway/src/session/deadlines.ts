import type { StatementLimit } from '../guard/statement-limit.ts'

export interface DeadlinesPort {
  readonly monotonicMs: () => number
  /** Does something after so many milliseconds; calling what it returns prevents it. */
  readonly after: (delayMs: number, act: () => void) => () => void
  /** Asks the agent to cancel what runs. */
  readonly cancel: () => void
  /** The statement did not end although it was cancelled. */
  readonly onOverdue: (limit: StatementLimit) => void
  /** How long a cancelled statement may take to end. */
  readonly graceMs: number
}

/** The clock over the one statement that runs under a limit. */
export class Deadlines {
  readonly #port: DeadlinesPort
  #startedMs: number | undefined
  #cancelled = false
  #clear: (() => void) | undefined
  #progressed = false

  constructor(port: DeadlinesPort) {
    this.#port = port
  }

  /** The statement runs; cancels it when its time is up, and says so. The second time does nothing. */
  start(limit: StatementLimit, onTimeUp: () => void): void {
    if (this.#startedMs !== undefined || limit.timeoutMs === undefined || this.#cancelled) return
    this.#startedMs = this.#port.monotonicMs()
    this.#clear = this.#port.after(Math.max(1, limit.timeoutMs - limit.spentMs), () => {
      limit.runOut()
      this.cancel(limit)
      onTimeUp()
    })
  }

  /** Cancels the statement now, once. */
  cancel(limit: StatementLimit): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#clear?.()
    this.#wait(limit)
    this.#port.cancel()
  }

  /** Rows have come: what the server had under way when it was cancelled may be large. */
  progressed(): void {
    this.#progressed = true
  }

  #wait(limit: StatementLimit): void {
    this.#progressed = false
    this.#clear = this.#port.after(this.#port.graceMs, () => {
      if (this.#progressed) this.#wait(limit)
      else this.#port.onOverdue(limit)
    })
  }

  /** The statement runs no more. */
  stop(limit: StatementLimit): void {
    this.#clear?.()
    this.#clear = undefined
    this.#cancelled = false
    if (this.#startedMs !== undefined) limit.spentMs += this.#port.monotonicMs() - this.#startedMs
    this.#startedMs = undefined
  }
}
