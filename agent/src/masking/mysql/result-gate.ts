import {
  type Hmac,
  type MysqlResultPlan,
  MysqlRowMasker,
  type OutputBuffer,
  type OutputShape,
  planMysqlResult,
} from '@sallyport/masking'
import {
  type ColumnDefinition,
  encodePackets,
  type Entry,
  HEADER_BYTES,
  MAX_PACKET_PAYLOAD,
  type RawPacket,
} from '@sallyport/mysql-wire'
import type { Redaction } from '@sallyport/tunnel'
import { RelayError } from '../../session/errors.ts'
import type { SentCommand } from '../../session/mysql/sent-command.ts'
import { partAt, type StatementFacts } from '../facts.ts'
import type { StatementJudge } from '../judge.ts'
import type { SessionMemory } from './session-memory.ts'

/** What happens to the rows of the result that is being answered: they pass, are rewritten, or wait for a newer catalogue. */
export type RowFate = 'pass' | 'mask' | 'wait'

export interface ResultGateOptions {
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly hmac: Hmac | undefined
  /** What each statement of a text gives back, by its text; undefined when that cannot be told. */
  readonly shapes: (facts: StatementFacts) => readonly (OutputShape | 'unknown')[] | undefined
}

/** Decides about the rows of one result after the other. The fate is worked out once per result, at its first row, and holds until the next. */
export class ResultGate {
  readonly #options: ResultGateOptions
  #entry: Entry<SentCommand> | undefined
  #index = -1
  #columns: readonly ColumnDefinition[] | undefined
  #fate: RowFate = 'wait'
  #plan: MysqlResultPlan | undefined
  #masker: MysqlRowMasker | undefined
  readonly #finished: Redaction[] = []

  constructor(options: ResultGateOptions) {
    this.#options = options
  }

  /** The fate of the rows of `entry` now. Throws RelayError, MaskingError. */
  fate(entry: Entry<SentCommand> | undefined): RowFate {
    // A result ends under the rules it began with.
    if (
      entry !== undefined &&
      entry === this.#entry &&
      entry.resultIndex === this.#index &&
      entry.columns === this.#columns
    ) {
      return this.#fate
    }
    if (this.#options.judge.idle || entry?.injected === true) return 'pass'
    this.#begin(entry, false)
    return this.#fate
  }

  /** As `fate`, behind a refresh of the catalogue: what is not known now is masked. */
  settle(entry: Entry<SentCommand> | undefined): void {
    this.#begin(entry, true)
  }

  /** Appends the masked form of a row whose fate is `mask`, as packets from `sequence` on; says how many. Throws MaskingError. */
  mask({ payload }: RawPacket, sequence: number, out: OutputBuffer): number {
    return this.#packets(payload, 0, payload.length, sequence, out)
  }

  /** The same for whole rows of one packet each, with their headers, one behind the other. */
  maskRun(run: Uint8Array, sequence: number, out: OutputBuffer): number {
    // Views of a plain array cost less than those of a Buffer.
    const bytes = new Uint8Array(run.buffer, run.byteOffset, run.length)
    let packets = 0
    let at = 0
    while (at < bytes.length) {
      const start = at + HEADER_BYTES
      at = start + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16))
      packets += this.#packets(bytes, start, at, (sequence + packets) & 0xff, out)
    }
    return packets
  }

  #packets(bytes: Uint8Array, start: number, end: number, sequence: number, out: OutputBuffer): number {
    if (this.#masker === undefined) throw undescribed()
    const begin = out.length
    out.reserve(HEADER_BYTES)
    out.length += HEADER_BYTES
    this.#masker.row(bytes, start, end, out)
    const length = out.length - begin - HEADER_BYTES
    if (length < MAX_PACKET_PAYLOAD) {
      out.bytes[begin] = length
      out.bytes[begin + 1] = length >> 8
      out.bytes[begin + 2] = length >> 16
      out.bytes[begin + 3] = sequence
      return 1
    }
    const packets = encodePackets(out.bytes.slice(begin + HEADER_BYTES, out.length), sequence)
    out.length = begin
    out.copy(packets, 0, packets.length)
    return Math.floor(length / MAX_PACKET_PAYLOAD) + 1
  }

  /** What was hidden since the last call, for the audit log. */
  takeRedactions(statement: number): readonly Redaction[] {
    this.#finish()
    return this.#finished.splice(0).map((redaction) => ({ ...redaction, statement }))
  }

  #begin(entry: Entry<SentCommand> | undefined, final: boolean): void {
    this.#finish()
    this.#entry = entry
    this.#index = entry?.resultIndex ?? -1
    this.#columns = entry?.columns
    // INVARIANT: rows that nobody described are nobody's to judge; with rules in force none of them leaves.
    if (entry?.columns === undefined) throw undescribed()
    const { judge, memory, hmac, shapes } = this.#options
    const facts = entry.context?.facts
    const results = facts?.parts.length ?? 0
    const part = partAt(facts, entry.resultIndex)
    // A procedure may answer with any number of results, and from then on no result can be told by its place.
    const inPlace = results === 1 || facts?.parts.slice(0, entry.resultIndex).every(answersOnce) === true
    const plan = planMysqlResult({
      fields: entry.columns,
      format: entry.format,
      exposure: inPlace ? part.exposure : (facts?.exposure ?? 'unknown'),
      kind: inPlace ? (part.statement?.kind ?? '') : '',
      shape:
        inPlace && facts !== undefined && part.exposure !== 'none'
          ? (shapes(facts)?.[entry.resultIndex] ?? 'unknown')
          : 'unknown',
      protection: judge.protection,
      doubtful: memory.doubtful,
      hmac,
    })
    this.#plan = plan
    this.#fate = plan.stale && !final ? 'wait' : plan.untouched ? 'pass' : 'mask'
    if (this.#fate === 'mask') this.#masker = new MysqlRowMasker(plan)
  }

  #finish(): void {
    const { redactions = [] } = this.#plan ?? {}
    for (const [index, count] of this.#masker?.redacted.entries() ?? []) {
      const redaction = redactions[index]
      if (count > 0 && redaction !== undefined) this.#finished.push({ ...redaction, statement: 0, count })
    }
    this.#masker = undefined
    this.#plan = undefined
    this.#entry = undefined
    this.#columns = undefined
  }
}

/** Whether a statement answers with one result: a stored procedure may have any number. */
function answersOnce({ statement }: StatementFacts['parts'][number]): boolean {
  return statement !== undefined && !statement.effects.has('procedural') && !statement.effects.has('unknown')
}

function undescribed(): RelayError {
  return new RelayError('undescribed-rows', 'rows came that no description explains')
}
