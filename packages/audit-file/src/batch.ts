import type { AuditEvent, Head, Sealed } from '@sallyport/audit'
import type { DiskFile } from './disk.ts'
import type { Receipt } from './receipt.ts'

/** The file that is written to. */
export interface Segment {
  readonly file: DiskFile
  readonly name: string
  /** Sequence number of its first record. */
  readonly first: number
  /** Bytes of whole, written records. */
  size: number
}

/** A record on its way to the disk. */
export interface Entry {
  readonly sealed: Sealed
  readonly receipt: Receipt
  /** Undefined for the log's own records. */
  readonly event: AuditEvent | undefined
  readonly nowNs: bigint
}

/** What one write brought into the kernel. The bytes stay in memory until a sync vouches for them. */
export interface Batch {
  readonly bytes: Uint8Array
  readonly segment: Segment
  readonly offset: number
  /** The chain in front of it, and behind it. */
  readonly before: Head
  readonly after: Head
  readonly entries: readonly Entry[]
}
