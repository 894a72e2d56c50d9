/**
 * The agent's own time limit for statements: the servers' covers what they please (MySQL's SELECT alone), and a client may change it. What runs too long
 * is cancelled, and again for as long as it goes on.
 */
export class StatementTimer {
  readonly #limitMs: number
  readonly #cancel: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param limitMs 0 is none */
  constructor(limitMs: number, cancel: () => void) {
    this.#limitMs = limitMs
    this.#cancel = cancel
  }

  /** A command is sent; `first` when nothing else is owed an answer. */
  sent(first: boolean): void {
    if (first) this.#start()
  }

  /** A command is answered; others may be owed. */
  answered(owed: number): void {
    clearTimeout(this.#timer)
    if (owed > 0) this.#start()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #start(): void {
    clearTimeout(this.#timer)
    if (this.#limitMs === 0) return
    this.#timer = setTimeout(() => {
      this.#cancel()
      this.#start()
    }, this.#limitMs).unref()
  }
}
