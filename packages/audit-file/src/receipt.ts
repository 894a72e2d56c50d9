import type { AuditReceipt } from './log.ts'

/** A receipt as its log sees it. */
export class Receipt implements AuditReceipt {
  readonly sequence: number
  state: AuditReceipt['state'] = 'pending'

  constructor(sequence: number) {
    this.sequence = sequence
  }
}

/** A promise with its ends in hand, for those who wait for one sync. */
export interface Round {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export function openRound(): Round {
  let resolve: () => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  // Nobody may be waiting for it when the disk fails; whoever is, has a handler of their own.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
