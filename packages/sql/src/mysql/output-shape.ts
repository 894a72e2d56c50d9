import type { SelectItem, StatementNode, TableReference } from './grammar/ast.ts'

/**
 * What a result's columns are by the text: the very column of a table (names in lower case), a star, or something else. Only told of a statement that
 * takes them from named tables directly; 'unknown' where derived tables, common table expressions or set operations stand between.
 */
export type MysqlOutputShape = readonly MysqlOutputItem[] | 'unknown'

/** One entry of a select list. */
export type MysqlOutputItem =
  | { readonly type: 'column'; readonly name: string }
  | { readonly type: 'star' }
  | { readonly type: 'other' }

/** The shape of a statement's result. */
export function outputShape(node: StatementNode): MysqlOutputShape {
  switch (node.type) {
    case 'query': {
      const [arm] = node.arms
      if (node.ctes.length > 0 || node.arms.length !== 1 || arm === undefined) return 'unknown'
      if (arm.type === 'query') return outputShape(arm)
      if (arm.type === 'table') return [{ type: 'star' }]
      return arm.type === 'select' ? direct(arm.from, arm.items) : 'unknown'
    }
    case 'insert':
      return node.returning === undefined ? 'unknown' : direct([node.table], node.returning)
    case 'update':
    case 'delete':
      return node.returning === undefined || node.ctes.length > 0 ? 'unknown' : direct(node.tables, node.returning)
    case 'load':
    case 'explain':
    case 'utility':
  }
  return 'unknown'
}

function direct(tables: readonly TableReference[], items: readonly SelectItem[]): MysqlOutputShape {
  return tables.every(isNamed) ? items.map(itemOf) : 'unknown'
}

function isNamed(table: TableReference): boolean {
  return table.type === 'named' || (table.type === 'join' && table.tables.every(isNamed))
}

function itemOf({ value }: SelectItem): MysqlOutputItem {
  if (value.type === 'star') return { type: 'star' }
  return value.type === 'column' ? { type: 'column', name: (value.path.at(-1) ?? '').toLowerCase() } : { type: 'other' }
}
