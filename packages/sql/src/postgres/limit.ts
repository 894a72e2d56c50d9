import type { Limit } from '@sallyport/core'
import { bodyOf, nodeOf, type Fields } from './ast.ts'
import { constantOf } from './constants.ts'
import { rowBound } from './row-bound.ts'

/** The row limit of the outermost query: only that one bounds what comes back. */
export function limitOf(statement: unknown): Limit {
  const node = nodeOf(statement)
  if (node === undefined) return 'none'
  switch (node.tag) {
    case 'SelectStmt':
      return node.body['intoClause'] === undefined ? queryLimit(node.body) : 'none'
    case 'DeclareCursorStmt':
    case 'PrepareStmt':
      return limitOf(node.body['query'])
    case 'CopyStmt':
      return copyLimit(node.body)
    case 'FetchStmt':
      return node.body['ismove'] === true ? 'none' : fetchLimit(node.body)
    case 'ExecuteStmt':
      return 'unknown'
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return node.body['returningClause'] === undefined ? 'none' : 'absent'
    default:
      return 'none'
  }
}

function queryLimit(body: Fields): Limit {
  if (body['limitCount'] === undefined) return rowBound(body) ?? 'absent'
  if (body['limitOption'] === 'LIMIT_OPTION_WITH_TIES') return 'unknown'
  const count = constantOf(body['limitCount'])
  if (count === null) return rowBound(body) ?? 'absent'
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : 'unknown'
}

function copyLimit(body: Fields): Limit {
  if (body['is_from'] === true) return 'none'
  const query = body['query']
  return query === undefined ? 'absent' : bodyOf(query, 'SelectStmt') === undefined ? 'absent' : limitOf(query)
}

/** FETCH ALL comes as the largest count there is. */
function fetchLimit(body: Fields): Limit {
  const count = Number(body['howMany'] ?? 0)
  if (body['direction'] === 'FETCH_ABSOLUTE' || body['direction'] === 'FETCH_RELATIVE') return 1
  return Number.isSafeInteger(count) && count < FETCH_ALL ? Math.max(Math.abs(count), 1) : 'absent'
}

/** FETCH_ALL of nodes/parsenodes.h is LONG_MAX, which is 32 bits wide in WebAssembly. */
const FETCH_ALL = 2_147_483_647
