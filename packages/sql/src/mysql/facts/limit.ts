import type { Limit } from '@sallyport/core'
import type { Arm, Expression, Query, Select, StatementNode } from '../grammar/ast.ts'
import { AGGREGATES } from '../grammar/calls.ts'
import { kindOf } from '../kind.ts'

/** The row limit of the outermost query: only that one bounds what comes back. */
export function limitOf(node: StatementNode): Limit {
  if (node.type === 'query') return kindOf(node) === 'select-into' ? 'none' : queryLimit(node)
  if (node.type === 'insert' || node.type === 'update' || node.type === 'delete') {
    return node.returning === undefined ? 'none' : 'absent'
  }
  if (node.type !== 'utility') return 'none'
  const [inner] = node.inner
  if (node.kind === 'set-statement' && inner !== undefined) return limitOf(inner)
  return ROWS[node.kind] ?? 'none'
}

function queryLimit(query: Query): Limit {
  const { limit } = query
  if (limit?.count === undefined) return rowBound(query) ?? 'absent'
  if (limit.withTies || limit.count.type !== 'literal') return 'unknown'
  const count = Number(limit.count.value)
  return Number.isSafeInteger(count) ? count : 'absent'
}

/** The most rows that a query without LIMIT gives, where its form alone bounds them. */
function rowBound({ arms, operators }: Query): number | undefined {
  const [first, ...others] = arms.map((arm) => armBound(arm))
  if (first === undefined) return undefined
  let rows = first
  for (const [index, bound] of others.entries()) {
    if (bound === undefined) return undefined
    if (operators[index]?.startsWith('UNION') === true) rows += bound
  }
  return rows
}

function armBound(arm: Arm): number | undefined {
  if (arm.type === 'query') {
    const limit = queryLimit(arm)
    return typeof limit === 'number' ? limit : undefined
  }
  if (arm.type === 'values') return arm.rows.length
  return arm.type === 'select' ? selectBound(arm) : undefined
}

function selectBound(select: Select): number | undefined {
  if (select.from.length === 0) return 1
  return select.group.length === 0 && select.items.some(({ value }) => hasAggregate(value)) ? 1 : undefined
}

function hasAggregate(value: Expression): boolean {
  if (value.type === 'call') {
    const name = value.path.join('.').toUpperCase()
    if (!value.windowed && value.found === 'grammar' && AGGREGATES.has(name)) return true
    return value.args.some((each) => hasAggregate(each))
  }
  if (value.type === 'chain' || value.type === 'operation') return value.operands.some((each) => hasAggregate(each))
  return value.type === 'assignment' && hasAggregate(value.value)
}

/** Statements whose rows the text does not bound. */
const ROWS: Readonly<Record<string, Limit>> = {
  'handler-read': 'unknown',
  call: 'absent',
  'begin-not-atomic': 'absent',
  execute: 'unknown',
  'execute-immediate': 'unknown',
}
