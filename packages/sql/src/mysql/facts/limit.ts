import type { Limit } from '@sallyport/core'
import type { Arm, Expression, Query, Select, StatementNode } from '../grammar/ast.ts'
import { AGGREGATES } from '../grammar/calls.ts'

/** The row limit of the outermost query: only that one bounds what comes back. */
export function limitOf(node: StatementNode): Limit {
  switch (node.type) {
    case 'query':
      return node.into !== undefined || node.arms.some((arm) => arm.type === 'select' && arm.into !== undefined) ? 'none' : queryLimit(node)
    case 'insert':
    case 'update':
    case 'delete':
      return node.returning === undefined ? 'none' : 'absent'
    case 'load':
    case 'explain':
      return 'none'
    case 'utility':
      if (node.kind === 'handler-read') return 'unknown'
      if (node.kind === 'call' || node.kind === 'begin-not-atomic') return 'absent'
      if (node.kind === 'execute' || node.kind === 'execute-immediate') return 'unknown'
      return node.kind === 'set-statement' && node.inner[0] !== undefined ? limitOf(node.inner[0]) : 'none'
  }
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
