import type { CellMask } from '../cell-mask.ts'
import type { Exposure } from '../exposure.ts'
import type { Hmac } from '../hash-mask.ts'
import type { ColumnOrigin, Protection } from '../protection.ts'
import type { Redaction } from '../result-plan.ts'
import type { Strategy } from '../rules.ts'
import { mysqlCellMask } from './cell-mask.ts'
import { fieldTypeOf, type MysqlField } from './field-type.ts'
import { foldName, protectionOf, storedTypeOf } from './names.ts'

/**
 * What the text tells about each output: the very column of a table, with its own name; a star, which stands for any number of such columns; or
 * something else. 'unknown' where origins cannot be trusted: derived tables and common table expressions have names of the statement's choosing.
 */
export type OutputShape = readonly (
  | { readonly type: 'column'; readonly name: string }
  | { readonly type: 'star' }
  | { readonly type: 'other' }
)[]

/** What decides about one result. */
export interface MysqlResultQuestion {
  readonly fields: readonly MysqlField[]
  readonly format: 'text' | 'binary'
  readonly exposure: Exposure
  /** The statement's kind; '' when it is not known. */
  readonly kind: string
  readonly shape: OutputShape | 'unknown'
  readonly protection: Protection
  /** The session may have changed objects since the catalogue was read. */
  readonly doubtful: boolean
  readonly hmac: Hmac | undefined
}

/** What happens to the columns of one result; see `ResultPlan`. */
export interface MysqlResultPlan {
  readonly masks: readonly (CellMask | undefined)[]
  readonly widths: readonly (number | 'length')[] | undefined
  readonly redactions: readonly (Redaction | undefined)[]
  readonly untouched: boolean
  readonly stale: boolean
}

/**
 * Decides for every output column of a result whether it is protected, and how it is masked. A column that the server traces to a protected one is,
 * whatever the statement looks like. That one is clear is believed only of a statement that takes its columns from tables directly, and only where the
 * text agrees. Throws MaskingError `no-hash-key`.
 */
export function planMysqlResult(question: MysqlResultQuestion): MysqlResultPlan {
  const { fields, format, hmac } = question
  const decisions = fields.map((field, index) => decide(question, field, index))
  const types = fields.map((field, index) => {
    const column = decisions[index]?.column
    return fieldTypeOf(field, column && storedTypeOf(question.protection, field))
  })
  const masks = types.map((type, index) => {
    const strategy = decisions[index]?.strategy
    return strategy === undefined ? undefined : mysqlCellMask(strategy, { type, format }, hmac)
  })
  return {
    masks,
    widths: format === 'text' ? undefined : types.map(({ width }) => width),
    redactions: masks.map((mask, index) => {
      if (mask === undefined) return undefined
      const { schema = '', table = '', column = '' } = decisions[index]?.column ?? {}
      return { schema, table, column, type: types[index]?.name ?? '', strategy: mask.strategy }
    }),
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

function decide(question: MysqlResultQuestion, field: MysqlField, index: number): Decision {
  const { exposure, kind, protection, shape, doubtful } = question
  const carrier = CARRYING.get(kind)
  if (carrier !== undefined && exposure !== 'none') return carrier.has(foldName(field.name)) ? REDACTED : KEEP
  const found = field.orgTable === '' ? undefined : protectionOf(protection, field)
  if (found?.type === 'protected' && trusts(question, field, index)) {
    return { strategy: found.strategy, column: found.column, stale: false }
  }
  if (exposure === 'none') {
    return found?.type === 'protected' ? { ...REDACTED, column: found.column } : KEEP
  }
  if (exposure === 'unknown' || shape === 'unknown') return REDACTED
  if (found === undefined) return REDACTED
  if (found.type === 'missing') return { ...REDACTED, stale: true }
  if (found.type === 'protected' || !trusts(question, field, index)) return { ...REDACTED, column: found.column }
  if (doubtful && found.column.view) return { strategy: REDACT, column: found.column, stale: true }
  return { strategy: undefined, column: found.column, stale: false }
}

/** Whether the text agrees with the column that the server names for an output. */
function trusts({ shape, fields, exposure }: MysqlResultQuestion, field: MysqlField, index: number): boolean {
  if (shape === 'unknown' || exposure === 'unknown') return false
  const item = itemOf(shape, fields.length, index)
  if (item === undefined) return false
  const name = foldName(field.orgName)
  // A star gives columns their own names.
  return item.type === 'star' ? foldName(field.name) === name : item.type === 'column' && item.name === name
}

/** The item of the select list behind an output; undefined where two stars leave it open. */
function itemOf(shape: OutputShape, fieldCount: number, index: number): OutputShape[number] | undefined {
  const star = shape.findIndex(({ type }) => type === 'star')
  if (star < 0) return shape.length === fieldCount ? shape[index] : undefined
  if (index < star) return shape[index]
  const last = shape.findLastIndex(({ type }) => type === 'star')
  const behind = shape.length - 1 - last
  if (index >= fieldCount - behind) return shape[shape.length - (fieldCount - index)]
  // Between two stars nobody can tell where the first ends.
  return shape.slice(star, last + 1).every(({ type }) => type === 'star') ? shape[star] : undefined
}

const REDACT: Strategy = { strategy: 'redact' }
const REDACTED: Decision = { strategy: REDACT, column: undefined, stale: false }
const KEEP: Decision = { strategy: undefined, column: undefined, stale: false }

/** Statements of which only some columns carry texts of others. */
const CARRYING: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['show-warnings', new Set(['message'])],
  ['show-errors', new Set(['message'])],
  ['show-processlist', new Set(['info', 'state'])],
  ['show-profiles', new Set(['query'])],
])
