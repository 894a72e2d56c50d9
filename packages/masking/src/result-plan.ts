import type { Statement } from '@sallyport/core'
import { type CellMask, cellMask } from './cell-mask.ts'
import type { Exposure } from './exposure.ts'
import type { Hmac } from './hash-mask.ts'
import { lineageStrategy } from './lineage.ts'
import type { ColumnOrigin, Protection } from './protection.ts'
import type { Strategy, StrategyName } from './rules.ts'
import { resolveType } from './types/resolve-type.ts'

/** One column of a RowDescription. Spec: protocol-message-formats, "RowDescription". */
export interface ResultField {
  readonly name: string
  /** OID of the relation the column comes from; 0 when it is no plain column. */
  readonly tableOid: number
  /** Attribute number there: 0 is the whole row, negative a system column. */
  readonly attribute: number
  readonly typeOid: number
  /** -1 when there is none. */
  readonly typeModifier: number
  readonly format: 'text' | 'binary'
}

/** What decides about one result. */
export interface ResultQuestion {
  readonly fields: readonly ResultField[]
  readonly exposure: Exposure
  /** What the text tells about each output; 'unknown' when it tells nothing. */
  readonly output: Statement['output']
  readonly protection: Protection
  /** Code that the text did not show has run in this session. */
  readonly tainted: boolean
  /** The session may have changed objects since the catalogue was read. */
  readonly doubtful: boolean
  readonly hmac: Hmac | undefined
}

/** What happens to the columns of one result. */
export interface ResultPlan {
  /** One entry per column; undefined keeps the column. */
  readonly masks: readonly (CellMask | undefined)[]
  /** One entry per column, for the audit log; undefined for kept columns. */
  readonly redactions: readonly (Redaction | undefined)[]
  /** No column changes: rows may pass as they are. */
  readonly untouched: boolean
  /** A newer catalogue could keep a column that this one lacks or has in doubt. Here it is masked already. */
  readonly stale: boolean
}

/** What was hidden, in names: never the value. The names are empty where the origin could not be told. */
export interface Redaction {
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly type: string
  readonly strategy: StrategyName
}

/**
 * Decides for every output column of a result whether it is protected, and how it is masked. Protocol metadata confirms: a column that names
 * its origin is judged by it. A column without one is judged by lineage; where lineage cannot tell, it is protected unless the statement is
 * known to reach nothing protected. Throws MaskingError `no-hash-key`.
 */
export function planResult(question: ResultQuestion): ResultPlan {
  const { fields, protection, hmac } = question
  if (protection.empty) {
    const none = fields.map(() => undefined)
    return { masks: none, redactions: none, untouched: true, stale: false }
  }
  const decisions = fields.map((field, index) => decide(question, field, index))
  const masks = fields.map((field, index) => {
    const decision = decisions[index]
    if (decision?.strategy === undefined) return undefined
    const type = resolveType(field.typeOid, protection.catalog)
    return cellMask(decision.strategy, { type, typeModifier: field.typeModifier, format: field.format }, hmac)
  })
  return {
    masks,
    redactions: fields.map((field, index) => redaction(question, field, decisions[index]?.column, masks[index])),
    untouched: masks.every((mask) => mask === undefined),
    stale: decisions.some((decision) => decision.stale),
  }
}

interface Decision {
  /** Undefined keeps the column. */
  readonly strategy: Strategy | undefined
  readonly column: ColumnOrigin | undefined
  readonly stale: boolean
}

function decide(question: ResultQuestion, field: ResultField, index: number): Decision {
  if (field.tableOid !== 0) {
    const found = question.protection.column(field.tableOid, field.attribute)
    if (found.type === 'missing') return { strategy: REDACT, column: undefined, stale: true }
    const { column } = found
    if (found.type === 'protected') return { strategy: found.strategy, column, stale: false }
    if (question.doubtful && column.view) return { strategy: REDACT, column, stale: true }
    return { strategy: question.tainted && column.temporary ? REDACT : undefined, column, stale: false }
  }
  if (question.exposure === 'none') return KEEP
  const lineage = lineageStrategy(
    question.output,
    index,
    question.fields.length,
    question.exposure,
    question.protection,
  )
  return { strategy: lineage === 'clear' ? undefined : lineage, column: undefined, stale: false }
}

function redaction(
  question: ResultQuestion,
  field: ResultField,
  column: ColumnOrigin | undefined,
  mask: CellMask | undefined,
): Redaction | undefined {
  if (mask === undefined) return undefined
  return {
    schema: column?.schema ?? '',
    table: column?.table ?? '',
    column: column?.column ?? '',
    type: resolveType(field.typeOid, question.protection.catalog).name,
    strategy: mask.strategy,
  }
}

const REDACT: Strategy = { strategy: 'redact' }
const KEEP: Decision = { strategy: undefined, column: undefined, stale: false }
