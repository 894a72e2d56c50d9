import type { StatementNode } from './grammar/ast.ts'

/**
 * The columns (names in lower case) that a change takes from what it stores: in `UPDATE t SET a = b WHERE c = 1` that is b. 'all' where it stores what a
 * query gives. Empty for a statement that changes no row.
 */
export function storedColumns(node: StatementNode): ReadonlySet<string> | 'all' {
  switch (node.type) {
    case 'insert':
      return node.query === undefined ? columnsOf([node.rows, node.onDuplicate]) : 'all'
    case 'update':
      return columnsOf(node.assignments.map(({ value }) => value))
    case 'delete':
      return new Set()
    case 'load':
      return columnsOf(node.assignments.map(({ value }) => value))
    case 'explain':
      return node.into === undefined ? storedColumns(node.statement) : 'all'
    case 'query':
    case 'utility':
  }
  return 'all'
}

/** Every column that is named anywhere in these parts of a tree. */
function columnsOf(parts: readonly unknown[]): ReadonlySet<string> | 'all' {
  const found = new Set<string>()
  const waiting: unknown[] = [...parts]
  while (waiting.length > 0) {
    const part = waiting.pop()
    if (Array.isArray(part)) {
      for (const each of part as readonly unknown[]) waiting.push(each)
    } else if (typeof part === 'object' && part !== null) {
      const { type, path } = part as { readonly type?: unknown; readonly path?: unknown }
      if (type === 'star' || type === 'subquery') return 'all'
      if (type === 'column' && Array.isArray(path)) found.add(String(path.at(-1)).toLowerCase())
      for (const each of Object.values(part)) if (typeof each === 'object') waiting.push(each)
    }
  }
  return found
}
