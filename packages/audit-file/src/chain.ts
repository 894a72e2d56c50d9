import {
  seal,
  sealCheckpoint,
  type AuditEvent,
  type Checkpoint,
  type Head,
  type LogOpened,
  type LogRecovered,
  type Sealed,
  type Signer,
  type Stamp,
} from '@sallyport/audit'
import type { Clock } from '@sallyport/core'
import type { Entry } from './batch.ts'
import { AuditFileError } from './errors.ts'
import { Receipt } from './receipt.ts'
import { sha256 } from './sha256.ts'

/** What makes records out of events. */
export interface ChainTools {
  readonly clock: Clock
  readonly signer: Signer
  readonly stamp: Stamp
  readonly maxRecordBytes: number
}

/** The end of the chain in memory: records that are sealed, one upon the other, and not yet written. */
export class Chain {
  readonly #tools: ChainTools
  #head: Head
  #entries: Entry[] = []
  #bytes = 0

  constructor(tools: ChainTools, head: Head) {
    this.#tools = tools
    this.#head = head
  }

  /** The last sealed record. */
  get head(): Head {
    return this.#head
  }

  /** What is sealed and not yet taken. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  get byteLength(): number {
    return this.#bytes
  }

  /** Seals an event as the next record. Throws AuditError and AuditFileError `too-large`, and changes nothing then. */
  push(event: AuditEvent | LogOpened | LogRecovered, nowNs: bigint): Entry {
    const { stamp, maxRecordBytes } = this.#tools
    const sealed = seal(event, this.#head, stamp, nowNs, sha256)
    const own = event.type === 'log-open' || event.type === 'log-recovered'
    return this.#add(sealed, own ? undefined : event, nowNs, maxRecordBytes)
  }

  /** Seals a signed checkpoint as the next record. */
  pushCheckpoint(reason: Checkpoint['reason'], segment: number): void {
    const { clock, stamp, signer } = this.#tools
    const nowNs = clock.now()
    const sealed = sealCheckpoint(reason, segment, this.#head, stamp, nowNs, sha256, signer)
    this.#add(sealed, undefined, nowNs, Number.POSITIVE_INFINITY)
  }

  /** They are written. */
  clear(): void {
    this.#entries = []
    this.#bytes = 0
  }

  /** They will not be written: they do not exist, and the chain goes back to a record that does. */
  rewind(head: Head): readonly Entry[] {
    const entries = this.#entries
    for (const { receipt } of entries) receipt.state = 'void'
    this.clear()
    this.#head = head
    return entries
  }

  #add(sealed: Sealed, event: AuditEvent | undefined, nowNs: bigint, maxBytes: number): Entry {
    const byteLength = Buffer.byteLength(sealed.line) + 1
    if (byteLength > maxBytes) {
      throw new AuditFileError('too-large', `a record of ${byteLength} bytes is over the limit of ${maxBytes}`)
    }
    const entry: Entry = { sealed, receipt: new Receipt(sealed.sequence), event, nowNs }
    this.#entries.push(entry)
    this.#bytes += byteLength
    this.#head = { sequence: sealed.sequence, hash: sealed.hash }
    return entry
  }
}
