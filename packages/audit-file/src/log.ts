import type { AuditEvent, Head } from '@sallyport/audit'
import type { Clock } from '@sallyport/core'
import type { SigningKey } from './keys.ts'

/**
 * An audit log in one directory, with one writer. The order of a statement:
 *
 * ```ts
 * const receipt = log.append(verdict) // throws: refuse the statement
 * log.flush(receipt)                  // a read may be forwarded now: the record is written (with all others of this turn)
 * await log.durable(receipt)          // anything else may be forwarded now; result bytes of a read leave from here on
 * ```
 */
export interface AuditLog {
  /**
   * Makes an event the next record, and writes it by the end of the event loop's turn.
   *
   * Throws AuditUnavailableError when it cannot be recorded now: what it stands for must not happen. An event that tells what has happened
   * already (an outcome, the end of a session or of an agent) is kept in memory meanwhile. Throws AuditFileError `too-large` and AuditError
   * for an event that no log could record.
   */
  readonly append: (event: AuditEvent) => AuditReceipt
  /** Writes what was appended so far to the kernel, at once. Throws AuditUnavailableError unless the receipt's record is then written. */
  readonly flush: (receipt: AuditReceipt) => void
  /**
   * Undefined when the record is on the disk already; else a promise for it, which rejects with AuditUnavailableError when the disk failed.
   * Records of many statements share one fdatasync.
   */
  readonly durable: (receipt: AuditReceipt) => undefined | Promise<void>
  /** A snapshot for metrics and health checks. */
  readonly status: () => AuditLogStatus
  /** Writes what is left, signs it, syncs, and gives the directory free. Never throws; `status().healthy` was true if all went well. */
  readonly close: () => Promise<void>
}

/** The claim to one record. Only the log that gave it knows how to use it. */
export interface AuditReceipt {
  /** The record's sequence number; meaningless once `state` is `void`. */
  readonly sequence: number
  /** `void`: the record was never written, and never will be. */
  readonly state: 'pending' | 'written' | 'durable' | 'void'
}

export interface AuditLogStatus {
  readonly healthy: boolean
  /** Why not, in one sentence for the operator. */
  readonly problem: string | undefined
  /** The newest written record. */
  readonly head: Head
  /** The newest durable one: to be kept elsewhere for `verify --expect SEQUENCE:HASH`, because no power loss can take it back. */
  readonly durable: Head
  /** Bytes that are appended but not yet durable. */
  readonly pendingBytes: number
  /** Totals since the log was opened. */
  readonly records: number
  readonly writes: number
  readonly syncs: number
  readonly failures: number
}

/** What `openAuditLog` needs. */
export interface AuditLogOptions {
  readonly directory: string
  readonly signingKey: SigningKey
  readonly clock: Clock
  /** The name of this gateway in every record. */
  readonly gateway: string
  /** A segment is ended when it is larger. Default 64 MiB. */
  readonly rotateBytes?: number
  /** Written records wait at most this long for a signed checkpoint. Default 1000. */
  readonly checkpointIntervalMs?: number
  /** Bytes that may wait for the disk; more is refused. What has happened already may take as much again. Default 64 MiB. */
  readonly maxPendingBytes?: number
  /** One record. Default 8 MiB. */
  readonly maxRecordBytes?: number
  /** Events kept while the log cannot be written. Default 10 000. */
  readonly maxKeptEvents?: number
  /** Pause between attempts to recover. Default 1000. */
  readonly retryMs?: number
}
