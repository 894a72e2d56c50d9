import type { SignatureCheck, Sha256 } from './crypto.ts'
import { readRecord, type PlacedRecord } from './read.ts'
import { GENESIS, signedText } from './record.ts'
import { segmentSequence } from './segment.ts'
import type {
  AuditFinding,
  AuditFindingCode,
  LogLine,
  SegmentSource,
  Verification,
  VerificationSummary,
  VerifyOptions,
} from './verification.ts'

// Theory of operation. Lines are read once, in order; memory is bounded by one line and by the findings. `#next` and `#previous` say which
// record has to come. A record that is not it makes a finding, and what is expected is set anew from what was found, so that one cause makes
// one finding as far as possible. Three things are checked of a record, and each finds what the others cannot: its own hash (edits), its
// sequence number (removals, copies, order), and its `previous` (a record that was replaced and hashed anew). Against a history that was
// hashed anew throughout stand the signatures; against one that was cut back to a signature stands only `expect`.

/** Reads a whole log, oldest segment first, and says whether it is what was written. Never throws for what it reads. */
export async function verifyLog(
  segments: AsyncIterable<SegmentSource> | Iterable<SegmentSource>,
  sha256: Sha256,
  signatures: SignatureCheck,
  options: VerifyOptions = {},
): Promise<Verification> {
  const verifier = new Verifier(sha256, signatures, options)
  for await (const segment of segments) {
    verifier.open(segment.name)
    for await (const batch of segment.lines()) for (const line of batch) verifier.line(line)
  }
  return verifier.finish()
}

class Verifier {
  readonly #sha256: Sha256
  readonly #signatures: SignatureCheck
  readonly #options: VerifyOptions
  readonly #findings: AuditFinding[] = []
  #segment = ''
  #segments = 0
  #line = 0
  #torn = false
  /** The line of this segment that held a repeated record last. */
  #repeated = -1
  /** The sequence number that has to come; undefined before the first record of a pruned log. */
  #next: number | undefined
  /** Unreadable lines since the last record: each may have been one, or may have been put in. */
  #unread = 0
  /** The hash that has to be followed; undefined where the record before cannot be trusted to tell. */
  #previous: string | undefined = GENESIS.hash
  #log: string | undefined
  #records = 0
  #checkpoints = 0
  #first: number | undefined
  #last: PlacedRecord | undefined
  #earliest: string | undefined
  #latest: string | undefined
  #signedThrough = 0
  #expectSeen = false
  /** Sequence numbers found missing, each with its finding: they may turn up yet. */
  readonly #gaps: { from: number; readonly to: number; readonly finding: number }[] = []

  constructor(sha256: Sha256, signatures: SignatureCheck, options: VerifyOptions) {
    this.#sha256 = sha256
    this.#signatures = signatures
    this.#options = options
    this.#next = options.allowPruned === true ? undefined : 1
    if (options.allowPruned === true) this.#previous = undefined
  }

  open(name: string): void {
    if (this.#torn) this.#report('torn-record', undefined, 'the segment ends in the middle of a record')
    this.#torn = false
    this.#segment = name
    this.#segments += 1
    this.#line = 0
    this.#repeated = -1
    if (segmentSequence(name) === undefined)
      this.#report('wrong-segment', undefined, 'this is not the name of a segment')
  }

  line(line: LogLine): void {
    this.#line += 1
    if (line.type === 'unreadable') {
      this.#malformed(line.reason === 'too-long' ? 'it is longer than any record' : 'it is not UTF-8')
      return
    }
    if (!line.ended) {
      this.#torn = true
      return
    }
    const read = readRecord(line.text, this.#sha256)
    if (read.type === 'malformed') this.#malformed(read.reason)
    else this.#record(read.record, read.type === 'edited')
  }

  finish(): Verification {
    if (this.#torn && this.#options.growing !== true) {
      this.#report('torn-record', undefined, 'the log ends in the middle of a record')
    }
    this.#segment = ''
    this.#line = 0
    const last = this.#last?.sequence ?? 0
    if (this.#records === 0) this.#report('empty-log', undefined, 'there is no record')
    else if (this.#checkpoints === 0) this.#report('no-checkpoint', undefined, 'no record is signed by a trusted key')
    const { expect } = this.#options
    if (expect !== undefined && !this.#expectSeen) {
      const message = `the log ends at record ${last}, but record ${expect.sequence} was written`
      if (expect.sequence > last) this.#report('truncated', expect.sequence, message)
      else this.#report('other-history', expect.sequence, `record ${expect.sequence} is not in the log`)
    }
    const summary = this.#summary()
    return this.#findings.length === 0 ? { ok: true, summary } : { ok: false, findings: this.#findings, summary }
  }

  #malformed(reason: string): void {
    this.#unread += 1
    this.#report('malformed-line', undefined, `this line is no record: ${reason}`)
  }

  #record(record: PlacedRecord, edited: boolean): void {
    this.#records += 1
    this.#first ??= record.sequence
    if (this.#earliest === undefined || record.time < this.#earliest) this.#earliest = record.time
    if (this.#latest === undefined || record.time > this.#latest) this.#latest = record.time
    if (edited)
      this.#report('edited-record', record.sequence, 'the record was edited: its hash is not that of its content')
    this.#log ??= record.log
    if (record.log !== this.#log) this.#report('foreign-record', record.sequence, 'the record comes from another log')
    const told = this.#findings.length
    const inOrder = this.#inOrder(record, edited)
    if (this.#line === 1 && this.#findings.length === told) this.#name(record)
    if (!inOrder) return
    this.#expected(record, edited)
    if (record.type === 'checkpoint' && !edited) this.#checkpoint(record)
    this.#last = record
    this.#next = record.sequence + 1
    this.#previous = edited ? undefined : record.hash
    this.#unread = 0
  }

  #name({ sequence }: PlacedRecord): void {
    const promised = segmentSequence(this.#segment)
    if (promised === undefined || promised === sequence) return
    this.#report('wrong-segment', sequence, `the file's name promises record ${promised} first`)
  }

  /** False for a record that stands too late: it changes nothing of what has to come. */
  #inOrder(record: PlacedRecord, edited: boolean): boolean {
    const { sequence } = record
    const next = this.#next
    if (next === undefined) return true
    if (sequence > next + this.#unread) {
      this.#missing(next + this.#unread, sequence - 1)
      this.#previous = undefined
    } else if (sequence < next) {
      this.#late(sequence)
      return false
    } else if (!edited && this.#previous !== undefined && this.#unread === 0 && record.previous !== this.#previous) {
      this.#report(
        'broken-chain',
        sequence,
        'the record does not follow the one before it: one of the two was replaced',
      )
    }
    return true
  }

  #missing(from: number, to: number): void {
    const which = from === to ? `record ${from} is` : `records ${from} to ${to} are`
    // A file that is named for a missing record is there, and lost its beginning.
    const promised = segmentSequence(this.#segment) ?? 0
    const code = this.#line === 1 && promised > to ? 'missing-segment' : 'missing-records'
    this.#report(code, from, `${which} missing before this line`)
    if (this.#findings.length < this.#maxFindings) this.#gaps.push({ from, to, finding: this.#findings.length - 1 })
  }

  /** A record behind its place: one that was missed (then the finding was about order), or one that was there already. */
  #late(sequence: number): void {
    const index = this.#gaps.findIndex(({ from, to }) => sequence >= from && sequence <= to)
    const gap = this.#gaps[index]
    if (gap === undefined) {
      // A copied stretch is one finding, at its first line.
      const isFirst = this.#repeated !== this.#line - 1
      this.#repeated = this.#line
      const message = `record ${sequence} occurs again: a copy, or one of the two was inserted`
      if (isFirst) this.#report('repeated-record', sequence, message)
      return
    }
    const message = `record ${sequence} stands behind records that were written after it`
    const found: AuditFinding = {
      code: 'reordered-record',
      segment: this.#segment,
      line: this.#line,
      sequence,
      message,
    }
    if (gap.from === gap.to) {
      this.#findings[gap.finding] = found
      this.#gaps.splice(index, 1)
    } else {
      this.#report('reordered-record', sequence, message)
      if (sequence === gap.from) gap.from += 1
    }
  }

  #checkpoint({ sequence, hash, key, signature }: PlacedRecord): void {
    const answer =
      key === undefined || signature === undefined
        ? 'invalid'
        : this.#signatures.verify(key, signedText(hash), signature)
    if (answer === 'valid') {
      this.#checkpoints += 1
      this.#signedThrough = sequence
    } else if (answer === 'unknown-key') {
      this.#report('unknown-key', sequence, 'the checkpoint is signed by a key that is not trusted')
    } else {
      const since = this.#signedThrough === 0 ? 'the start' : `the checkpoint at record ${this.#signedThrough}`
      this.#report(
        'forged-checkpoint',
        sequence,
        `the signature does not fit: what was written since ${since} was changed`,
      )
    }
  }

  #expected({ sequence, hash }: PlacedRecord, edited: boolean): void {
    const { expect } = this.#options
    if (expect === undefined || expect.sequence !== sequence || this.#expectSeen) return
    this.#expectSeen = true
    if (expect.hash !== hash && !edited) {
      this.#report('other-history', sequence, `record ${sequence} is another one than was expected`)
    }
  }

  #report(code: AuditFindingCode, sequence: number | undefined, message: string): void {
    if (this.#findings.length >= this.#maxFindings) return
    this.#findings.push({ code, segment: this.#segment, line: this.#line, sequence, message })
  }

  get #maxFindings(): number {
    return Math.max(1, this.#options.maxFindings ?? DEFAULT_MAX_FINDINGS)
  }

  #summary(): VerificationSummary {
    const last = this.#last
    return {
      segments: this.#segments,
      records: this.#records,
      checkpoints: this.#checkpoints,
      firstSequence: this.#first,
      lastSequence: last?.sequence,
      lastHash: last?.hash,
      earliest: this.#earliest,
      latest: this.#latest,
      signedThrough: this.#signedThrough,
      unsignedRecords: last === undefined ? 0 : last.sequence - this.#signedThrough,
      closed: last?.type === 'checkpoint' && last.reason === 'close' && this.#signedThrough === last.sequence,
    }
  }
}

const DEFAULT_MAX_FINDINGS = 100
