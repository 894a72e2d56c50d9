import type { AuditEvent } from '@sallyport/audit'

/** An event and when it happened. */
export interface KeptEvent {
  readonly event: AuditEvent
  readonly nowNs: bigint
}

/** What happened while the log could not be written, and what was therefore refused. Bounded: what is beyond it is counted. */
export class Gap {
  readonly #maxKept: number
  #kept: KeptEvent[] = []
  #refused = 0
  #lost = 0

  constructor(maxKept: number) {
    this.#maxKept = maxKept
  }

  /** True when the event is kept: it has happened, so refusing it would only lose it. */
  add(event: AuditEvent, nowNs: bigint): boolean {
    if (!hasHappened(event)) {
      this.#refused += 1
      return false
    }
    if (this.#kept.length >= this.#maxKept) {
      this.#lost += 1
      return false
    }
    this.#kept.push({ event, nowNs })
    return true
  }

  get counts(): { readonly refused: number; readonly kept: number; readonly lost: number } {
    return { refused: this.#refused, kept: this.#kept.length, lost: this.#lost }
  }

  /** Empties what is kept, for writing it; the counts of the rest stay until `settle`. */
  take(): readonly KeptEvent[] {
    const kept = this.#kept
    this.#kept = []
    return kept
  }

  /** Takes off the counts that a record told. */
  settle(told: { readonly refused: number; readonly lost: number }): void {
    this.#refused -= told.refused
    this.#lost -= told.lost
  }
}

/** A verdict or an opening is asked for before it takes place; these are told afterwards. */
export function hasHappened({ type }: { readonly type: string }): boolean {
  return type === 'statement-outcome' || type === 'session-close' || type === 'agent-detach'
}
