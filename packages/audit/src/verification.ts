/**
 * What can be wrong with a log.
 *
 * - `malformed-line`: no record, or not written as the log writes (also: too long, not UTF-8).
 * - `torn-record`: a segment ends in the middle of a line.
 * - `edited-record`: a record's hash is not that of its content.
 * - `missing-records`: sequence numbers are left out.
 * - `missing-segment`: the same, where one file ends and the next begins, or before the first.
 * - `reordered-record`: a record stands behind one that was written after it.
 * - `repeated-record`: a sequence number occurs again: a copy, or one of the two was inserted.
 * - `broken-chain`: a record does not follow the one before it: one of the two was replaced.
 * - `forged-checkpoint`: the signature does not fit: something since the checkpoint before it was changed, and hashed anew.
 * - `unknown-key`: a checkpoint is signed by a key that is not trusted.
 * - `foreign-record`: it comes from another log.
 * - `wrong-segment`: a file's name is not that of a segment, or not that of its first record.
 * - `no-checkpoint`: nothing in the log is signed by a trusted key.
 * - `truncated`: the log ends before the expected record.
 * - `other-history`: the expected record is another one.
 * - `empty-log`: there is no record at all.
 */
export type AuditFindingCode =
  | 'malformed-line'
  | 'torn-record'
  | 'edited-record'
  | 'missing-records'
  | 'missing-segment'
  | 'reordered-record'
  | 'repeated-record'
  | 'broken-chain'
  | 'forged-checkpoint'
  | 'unknown-key'
  | 'foreign-record'
  | 'wrong-segment'
  | 'no-checkpoint'
  | 'truncated'
  | 'other-history'
  | 'empty-log'

/** One thing that is wrong, and where. */
export interface AuditFinding {
  readonly code: AuditFindingCode
  /** File name; '' when it is about the log as a whole. */
  readonly segment: string
  /** From 1; 0 when it is about the file as a whole. */
  readonly line: number
  /** Undefined where the line does not tell. */
  readonly sequence: number | undefined
  /** One sentence for people, without content of records. */
  readonly message: string
}

/** The answer of `verifyLog`. */
export type Verification =
  | { readonly ok: true; readonly summary: VerificationSummary }
  /** In the order they were met, the first being the cause; at most `maxFindings`. */
  | { readonly ok: false; readonly findings: readonly AuditFinding[]; readonly summary: VerificationSummary }

export interface VerificationSummary {
  readonly segments: number
  readonly records: number
  /** Checkpoints with a valid signature. */
  readonly checkpoints: number
  readonly firstSequence: number | undefined
  readonly lastSequence: number | undefined
  /** Hash of the last record: with its sequence number, what `expect` takes. */
  readonly lastHash: string | undefined
  /** Earliest and latest time of a record, RFC 3339. */
  readonly earliest: string | undefined
  readonly latest: string | undefined
  /** The last record that a valid checkpoint vouches for; 0 for none. */
  readonly signedThrough: number
  /** Records behind it. Whoever can write the files could have changed or removed these unseen. */
  readonly unsignedRecords: number
  /** True when the log ends with the checkpoint of an orderly close. */
  readonly closed: boolean
}

/** A line as the reader found it. */
export type LogLine =
  /** `ended`: a line feed follows. */
  | { readonly type: 'text'; readonly text: string; readonly ended: boolean }
  | { readonly type: 'unreadable'; readonly reason: 'too-long' | 'not-utf8' }

/** A segment as the reader found it; lines come in batches of the reader's choosing. */
export interface SegmentSource {
  readonly name: string
  readonly lines: () => AsyncIterable<readonly LogLine[]>
}

export interface VerifyOptions {
  /** A record that was noted elsewhere: the log must hold it, with this hash. The only proof against a log cut back to a checkpoint. */
  readonly expect?: { readonly sequence: number; readonly hash: string } | undefined
  /** Accept a log whose oldest segments were moved away. Default false. */
  readonly allowPruned?: boolean
  /** The log is being written: an unfinished last line is no finding. Default false. */
  readonly growing?: boolean
  /** At least one is always told. Default 100. */
  readonly maxFindings?: number
}
