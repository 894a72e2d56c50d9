import { bodyOf, fieldsOf, listOf, nameOf, type Fields } from './ast.ts'
import { isBuiltinAggregate, isBuiltinScalar } from './builtins.ts'

/**
 * The most rows that a query without LIMIT gives, where its form alone bounds them: VALUES, a query without FROM, an aggregate
 * without GROUP BY, and unions of those. Undefined for every other.
 */
export function rowBound(select: Fields): number | undefined {
  if (select['op'] !== 'SETOP_NONE') return armsBound(select)
  const values = listOf(select['valuesLists'])
  if (values.length > 0) return isSingle(values) ? values.length : undefined
  const targets = select['targetList']
  if (!isSingle(targets)) return undefined
  if (select['fromClause'] === undefined) return 1
  return select['groupClause'] === undefined && hasAggregate(targets) ? 1 : undefined
}

function armsBound(select: Fields): number | undefined {
  const left = rowBound(fieldsOf(select['larg']) ?? {})
  const right = rowBound(fieldsOf(select['rarg']) ?? {})
  if (left === undefined || right === undefined) return undefined
  return select['op'] === 'SETOP_UNION' ? left + right : left
}

/** Whether an expression gives one value for each row: nothing in it may be a set-returning function. */
function isSingle(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => isSingle(item))
  const fields = fieldsOf(value)
  if (fields === undefined) return true
  const call = bodyOf(value, 'FuncCall')
  if (call !== undefined && !isBuiltinScalar(plainName(call))) return false
  // (row).f and row.f may be calls too, but of a function of one row: a set-returning one is not known to the text.
  for (const field in fields) if (field !== 'SubLink' && !isSingle(fields[field])) return false
  return true
}

function hasAggregate(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => hasAggregate(item))
  const fields = fieldsOf(value)
  if (fields === undefined) return false
  const call = bodyOf(value, 'FuncCall')
  if (call !== undefined && call['over'] === undefined && isBuiltinAggregate(plainName(call))) return true
  for (const field in fields) if (field !== 'SubLink' && hasAggregate(fields[field])) return true
  return false
}

/** The name of a call that means pg_catalog's function; '' for any other. */
function plainName(call: Fields): string {
  const parts = nameOf(call['funcname'])
  return parts.length === 1 || parts.at(-2) === 'pg_catalog' ? (parts.at(-1) ?? '') : ''
}
