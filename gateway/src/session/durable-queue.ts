import type { AuditLog, AuditReceipt } from '@sallyport/audit-file'
import type { Barrier } from './statement-run.ts'

export interface DurableQueuePort<T> {
  readonly log: AuditLog
  readonly barrier: Barrier
  /** Takes what may leave now. */
  readonly pass: (content: T) => void
  /** The queue closed or opened. */
  readonly onChange: () => void
  /** A record could not be made durable. */
  readonly onFailure: (error: unknown) => void
}

/**
 * What comes from the agent, until it may leave.
 *
 * INVARIANT: nothing passes before the newest verdict that it may be an answer to is on the disk. Open, which is the common case, the queue is
 * empty and everything passes at once.
 */
export class DurableQueue<T> {
  readonly #port: DurableQueuePort<T>
  readonly #waiting: { readonly content: T; readonly receipt: AuditReceipt | undefined }[] = []
  #ended = false
  /** Whether something waits for the disk. */
  closed = false

  constructor(port: DurableQueuePort<T>) {
    this.#port = port
  }

  push(content: T): void {
    if (this.#ended) return
    this.#waiting.push({ content, receipt: this.#port.barrier.receipt })
    if (!this.closed) this.#drain()
    this.#port.onChange()
  }

  /** Nothing more passes. */
  end(): void {
    this.#ended = true
    this.#waiting.length = 0
  }

  /** Passes on what may leave: up to the first that answers a verdict which is not on the disk yet. */
  #drain(): void {
    for (let item = this.#waiting[0]; item !== undefined && !this.#ended; item = this.#waiting[0]) {
      const durable = item.receipt && this.#port.log.durable(item.receipt)
      if (durable !== undefined) {
        this.closed = true
        durable.then(
          () => this.#open(),
          (error: unknown) => this.#port.onFailure(error),
        )
        return
      }
      this.#waiting.shift()
      this.#port.pass(item.content)
    }
  }

  #open(): void {
    this.closed = false
    this.#drain()
    this.#port.onChange()
  }
}
