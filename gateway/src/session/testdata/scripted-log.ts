import { AuditUnavailableError, type AuditReceipt } from '@sallyport/audit-file'
import type { AuditEvent } from '@sallyport/audit'

/** A log in memory, whose records become durable when the test says so. */
export class ScriptedLog {
  broken = false
  /** Everything that was appended. */
  readonly appended: AuditEvent[] = []
  readonly #events: string[]
  #waiting: {
    readonly receipt: Writable
    readonly settle: Settle
    promise: Promise<void>
  }[] = []
  #syncing = 0
  #sequence = 0

  constructor(events: string[]) {
    this.#events = events
  }

  append(event: AuditEvent): AuditReceipt {
    if (this.broken) throw new AuditUnavailableError('unavailable', 'the disk is full', false)
    this.appended.push(event)
    const receipt: Writable = { sequence: ++this.#sequence, state: 'pending' }
    if (event.type !== 'statement-verdict') return receipt
    this.#events.push('append')
    let settle!: Settle
    const promise = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    promise.catch(() => undefined)
    this.#waiting.push({ receipt, settle, promise })
    return receipt
  }

  flush(receipt: Writable): void {
    this.#events.push('flush')
    receipt.state = 'written'
  }

  durable(receipt: AuditReceipt): Promise<void> | undefined {
    return this.#waiting.find((entry) => entry.receipt === receipt)?.promise
  }

  /** From here on, what is appended is not part of the sync that runs. */
  startSync(): void {
    this.#syncing = this.#waiting.length
  }

  async endSync(): Promise<void> {
    for (const { receipt, settle } of this.#waiting.splice(0, this.#syncing)) {
      receipt.state = 'durable'
      settle.resolve()
    }
    await settled()
  }

  async sync(): Promise<void> {
    this.startSync()
    await this.endSync()
  }

  async fail(): Promise<void> {
    for (const { settle } of this.#waiting.splice(0))
      settle.reject(new AuditUnavailableError('unavailable', 'EIO', false))
    await settled()
  }
}

interface Settle {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

type Writable = { -readonly [K in keyof AuditReceipt]: AuditReceipt[K] }

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

