import type { Head, Signer, Stamp } from '@sallyport/audit'
import type { Clock } from '@sallyport/core'
import type { Segment } from './batch.ts'
import type { Disk } from './disk.ts'

/** What the writer continues, and with what. */
export interface WriterStart {
  readonly disk: Disk
  readonly clock: Clock
  readonly signer: Signer
  readonly stamp: Stamp
  readonly head: Head
  /** Undefined: the first record begins a new one. */
  readonly segment: Segment | undefined
  readonly limits: WriterLimits
}

/** As in `AuditLogOptions`, with their defaults filled in. */
export interface WriterLimits {
  readonly rotateBytes: number
  readonly checkpointIntervalMs: number
  readonly maxPendingBytes: number
  readonly maxRecordBytes: number
  readonly maxKeptEvents: number
  readonly retryMs: number
}
