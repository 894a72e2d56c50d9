import {
  type CellMask,
  type CopyMasker,
  copyMasker,
  type CopyOptions,
  type Hmac,
  NULL_MASK,
  OutputBuffer,
  planResult,
  type Redaction as PlannedRedaction,
  type ResultField,
} from '@sallyport/masking'
import { CopyData, type CopyFormats, type Entry, type Field } from '@sallyport/pg-wire'
import type { CopyStream } from '@sallyport/sql'
import type { Redaction } from '@sallyport/tunnel'
import { RelayError } from '../../session/errors.ts'
import { partAt, type StatementFacts } from '../facts.ts'
import type { StatementJudge } from '../judge.ts'
import { resultFields } from './result-gate.ts'
import type { SessionMemory } from './session-memory.ts'

export interface CopyOutOptions {
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly hmac: Hmac | undefined
  /** The stream of a text that is one COPY … TO STDOUT; undefined when it cannot be told. */
  readonly copyStream: (text: string) => CopyStream | undefined
  /** Bound for one row of which something is masked, in bytes. */
  readonly maxRowBytes: number
}

/**
 * Masks the stream of one COPY … TO STDOUT after the other. The columns of a table come from the catalogue, those of a query from a description
 * that was asked for before. Where the columns cannot be told, every one of them becomes NULL, which is valid for any type.
 */
export class CopyOut {
  readonly #options: CopyOutOptions
  readonly #out = new OutputBuffer(16 * 1024)
  /** By the facts of a COPY of a query: the columns that the query was described with. */
  readonly #described = new WeakMap<StatementFacts, readonly Field[]>()
  #masker: CopyMasker | undefined
  #redactions: readonly (PlannedRedaction | undefined)[] = []

  constructor(options: CopyOutOptions) {
    this.#options = options
  }

  /** Whether the stream that flows now is masked. */
  get masks(): boolean {
    return this.#masker !== undefined
  }

  /** The query of a COPY that is about to run has been described. */
  described(facts: StatementFacts, fields: readonly Field[]): void {
    this.#described.set(facts, fields)
  }

  /** CopyOutResponse has come. Throws RelayError for a stream whose form is not known, MaskingError. */
  begin(entry: Entry<StatementFacts>, formats: CopyFormats): void {
    const facts = entry.context
    const { exposure } = partAt(facts, entry.type === 'Query' ? entry.statementIndex : 0)
    this.#masker = undefined
    if (exposure === 'none' || this.#options.judge.idle) return
    const stream = facts?.source === undefined ? undefined : this.#options.copyStream(facts.source.text)
    if (facts === undefined || stream === undefined || (stream.format === 'binary') !== (formats.format === 1)) {
      throw new RelayError('undescribed-rows', 'a COPY began whose form is not known')
    }
    const columns = formats.columnFormats.length
    const fields = this.#fields(stream, facts, columns)
    const masks = fields === undefined ? nulls(columns) : this.#plan(fields, exposure)
    if (masks.every((mask) => mask === undefined)) return
    this.#masker = copyMasker(copyOptions(stream, exposure === 'unknown', this.#options.maxRowBytes), masks)
  }

  /** The masked form of one CopyData; undefined when nothing of it can leave yet. Throws MaskingError. */
  data(body: Uint8Array): Uint8Array | undefined {
    const out = this.#out
    out.clear()
    // Room for the header of the message that will hold the rows.
    out.byte(CopyData.tag)
    out.int32(0)
    this.#masker?.push(body, out)
    if (out.length === HEADER_BYTES) return undefined
    out.patchInt32(1, out.length - 1)
    return out.bytes.subarray(0, out.length)
  }

  /** CopyDone has come. Throws MaskingError. */
  end(): void {
    this.#masker?.end()
  }

  /** What was hidden since the last call, for the audit log. */
  takeRedactions(statement: number): readonly Redaction[] {
    const { redacted = [] } = this.#masker ?? {}
    const taken = redacted.flatMap((count, index) => {
      const redaction = this.#redactions[index]
      return redaction === undefined || count === 0 ? [] : [{ ...redaction, statement, count }]
    })
    this.#masker = undefined
    this.#redactions = []
    return taken
  }

  #plan(fields: readonly ResultField[], exposure: 'protected' | 'unknown'): readonly (CellMask | undefined)[] {
    const { judge, memory, hmac } = this.#options
    const { tainted, doubtful } = memory
    const { protection } = judge
    const plan = planResult({ fields, exposure, output: 'unknown', protection, tainted, doubtful, hmac })
    this.#redactions = plan.redactions
    return plan.masks
  }

  #fields(stream: CopyStream, facts: StatementFacts, count: number): readonly ResultField[] | undefined {
    const fields = stream.table === undefined ? this.#queryFields(facts, stream) : this.#tableFields(stream)
    return fields?.length === count ? fields : undefined
  }

  #queryFields(facts: StatementFacts, { format }: CopyStream): readonly ResultField[] | undefined {
    const fields = this.#described.get(facts)?.map((field) => ({ ...field, format: format === 'binary' ? 1 : 0 }))
    return fields === undefined ? undefined : resultFields(fields)
  }

  #tableFields({ table, format }: CopyStream): readonly ResultField[] | undefined {
    if (table === undefined) return undefined
    const relation = this.#options.judge.protection.only(table.schema, table.name)
    if (relation === undefined) return undefined
    const numbers = Array.from(relation.columns.keys()).sort((left, right) => left - right)
    const wanted =
      table.columns === 'all'
        ? numbers
        : table.columns.map((name) => numbers.find((number) => relation.columns.get(number)?.name === name) ?? 0)
    return wanted.map((attribute) => {
      const column = relation.columns.get(attribute)
      return {
        name: column?.name ?? '',
        tableOid: relation.oid,
        attribute,
        typeOid: column?.type ?? 0,
        typeModifier: column?.typeModifier ?? -1,
        format: format === 'binary' ? 'binary' : 'text',
      }
    })
  }
}

function nulls(count: number): readonly CellMask[] {
  return Array.from({ length: count }, () => NULL_MASK)
}

function copyOptions(stream: CopyStream, dynamicNames: boolean, maxRowBytes: number): CopyOptions {
  return {
    format: stream.format,
    delimiter: stream.delimiter.charCodeAt(0),
    nullText: Buffer.from(stream.nullText),
    quote: stream.quote.charCodeAt(0),
    escape: stream.escape.charCodeAt(0),
    header: stream.header ? (dynamicNames ? 'generic' : 'keep') : 'none',
    maxRowBytes,
  }
}

const HEADER_BYTES = 5
