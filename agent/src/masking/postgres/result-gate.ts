import {
  type Hmac,
  type OutputBuffer,
  planResult,
  type ResultField,
  type ResultPlan,
  RowMasker,
} from '@sallyport/masking'
import type { Entry, Field } from '@sallyport/pg-wire'
import type { Redaction } from '@sallyport/tunnel'
import { RelayError } from '../../session/errors.ts'
import { partAt, type StatementFacts } from '../facts.ts'
import type { StatementJudge } from '../judge.ts'
import type { SessionMemory } from './session-memory.ts'

/** What happens to the rows of the statement that is being answered. */
export type RowFate =
  /** They pass as they are. */
  | 'pass'
  /** They are rewritten. */
  | 'mask'
  /** The catalogue must be read anew before it can be told. */
  | 'wait'

/**
 * Decides about the rows of one statement after the other. The fate is worked out once per result, at its first row, and holds until the next
 * description.
 */
export class ResultGate {
  readonly #judge: StatementJudge
  readonly #memory: SessionMemory
  readonly #hmac: Hmac | undefined
  #entry: Entry<StatementFacts> | undefined
  #fields: Fields
  /** What the description told that was put before an Execute, by the facts of both. */
  readonly #described = new WeakMap<StatementFacts, Fields>()
  #fate: RowFate = 'wait'
  #plan: ResultPlan | undefined
  #masker: RowMasker | undefined
  readonly #finished: Redaction[] = []

  constructor(judge: StatementJudge, memory: SessionMemory, hmac: Hmac | undefined) {
    this.#judge = judge
    this.#memory = memory
    this.#hmac = hmac
  }

  /** The fate of the rows of `entry` now. Throws RelayError, MaskingError. */
  fate(entry: Entry<StatementFacts> | undefined): RowFate {
    // A result ends under the rules it began with.
    if (entry !== undefined && entry === this.#entry && this.#fieldsOf(entry) === this.#fields) return this.#fate
    if (this.#judge.idle) return 'pass'
    this.#begin(entry, false)
    return this.#fate
  }

  /** A description that was put before an Execute has been answered. */
  described(facts: StatementFacts, fields: Fields): void {
    this.#described.set(facts, fields)
  }

  /** As `fate`, behind a refresh of the catalogue: what is not known now is masked. */
  settle(entry: Entry<StatementFacts> | undefined): void {
    this.#begin(entry, true)
  }

  /** Appends the masked form of whole DataRows whose fate is `mask`. Throws MaskingError. */
  mask(rows: Uint8Array, out: OutputBuffer): void {
    if (this.#masker === undefined) throw undescribed()
    this.#masker.rows(rows, out)
  }

  /** What was hidden since the last call, for the audit log. */
  takeRedactions(statement: number): readonly Redaction[] {
    this.#finish()
    return this.#finished.splice(0).map((redaction) => ({ ...redaction, statement }))
  }

  #fieldsOf(entry: Entry<StatementFacts>): Fields {
    if (entry.type === 'Query') return entry.fields
    return (entry.context && this.#described.get(entry.context)) ?? entry.portal?.fields
  }

  #begin(entry: Entry<StatementFacts> | undefined, final: boolean): void {
    this.#finish()
    this.#entry = entry
    const fields = entry === undefined ? undefined : this.#fieldsOf(entry)
    this.#fields = fields
    const part = partAt(entry?.context, entry?.type === 'Query' ? entry.statementIndex : 0)
    if (entry === undefined || fields === undefined || fields === 'none') {
      // INVARIANT: only a statement that is known to reach nothing protected may have rows that nobody described.
      if (part.exposure !== 'none') throw undescribed()
      this.#fate = 'pass'
      return
    }
    const plan = planResult({
      fields: resultFields(fields),
      exposure: part.exposure,
      output: part.statement?.output ?? 'unknown',
      protection: this.#judge.protection,
      tainted: this.#memory.tainted,
      doubtful: this.#memory.doubtful,
      hmac: this.#hmac,
    })
    this.#plan = plan
    this.#fate = plan.stale && !final ? 'wait' : plan.untouched ? 'pass' : 'mask'
    if (this.#fate === 'mask') this.#masker = new RowMasker(plan.masks)
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
    this.#fields = undefined
  }
}

function undescribed(): RelayError {
  return new RelayError('undescribed-rows', 'rows came that no description explains')
}

/** The fields as masking wants them. */
export function resultFields(fields: readonly Field[]): readonly ResultField[] {
  return fields.map(({ name, tableOid, attribute, typeOid, typeModifier, format }) => ({
    name,
    tableOid,
    attribute,
    typeOid,
    typeModifier,
    format: format === 1 ? 'binary' : 'text',
  }))
}

type Fields = Entry<StatementFacts>['fields']
