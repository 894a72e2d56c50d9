import type { Expression, Select, SelectItem, TableReference } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { intoClause } from './into.ts'
import { alias, isName, name } from './names.ts'
import { groupBy } from './order.ts'
import { tableReferences } from './tables.ts'
import { windowSpecification } from './windows.ts'

/** `SELECT` up to its WINDOW clause; what follows belongs to the query. Spec: select. */
export function select(c: Cursor): Select {
  c.expect('SELECT')
  const hints = c.token.type === 'hint' ? [c.advance().text] : []
  const distinct = options(c)
  // A bare star stands first or not at all.
  const items = [item(c, true)]
  while (c.accept(',')) items.push(item(c, false))
  const into = c.is('INTO') ? intoClause(c) : undefined
  let from: readonly TableReference[] = []
  let where: Expression | undefined
  let group: readonly Expression[] = []
  let having: Expression | undefined
  const windows: Expression[] = []
  if (c.accept('FROM')) {
    if (c.is('DUAL') && c.reading.reserved.has('DUAL')) c.advance()
    else from = tableReferences(c)
  }
  if (c.accept('WHERE')) where = expression(c)
  if (c.is('GROUP')) group = groupBy(c)
  if (c.accept('HAVING')) having = expression(c)
  if (c.is('WINDOW') && (c.reading.reserved.has('WINDOW') || c.peek(2).keyword === 'AS')) {
    c.advance()
    c.list(() => {
      name(c)
      c.expect('AS')
      windows.push(...windowSpecification(c))
    })
  }
  if (!c.isMaria && c.accept('QUALIFY')) windows.push(expression(c))
  return { type: 'select', distinct, hints, items, from, where, group, having, windows, procedure: undefined, into }
}

function options(c: Cursor): boolean {
  let distinct = false
  for (;;) {
    const { keyword } = c.token
    if (!SELECT_OPTIONS.has(keyword)) return distinct
    if (UNRESERVED_OPTIONS.has(keyword) && (c.isMaria ? keyword === 'DISTINCTROW' : keyword === 'SQL_CACHE'))
      return distinct
    if (keyword === 'DISTINCT' || keyword === 'DISTINCTROW') distinct = true
    c.advance()
  }
}

function item(c: Cursor, isFirst: boolean): SelectItem {
  if (isFirst && c.is('*')) {
    c.advance()
    return { value: { type: 'star', path: [] }, alias: undefined }
  }
  const qualifier = starred(c)
  if (qualifier !== undefined) return { value: { type: 'star', path: qualifier }, alias: undefined }
  return { value: expression(c), alias: alias(c, true) }
}

/** `t.*` and `db.t.*`; undefined for anything else, of which nothing has then been read. */
function starred(c: Cursor): readonly string[] | undefined {
  if (!isName(c) || c.peek().keyword !== '.') return undefined
  if (c.peek(2).keyword === '*') {
    const table = name(c)
    c.expect('.', '*')
    return [table]
  }
  if (c.peek(3).keyword !== '.' || c.peek(4).keyword !== '*') return undefined
  const schema = name(c)
  c.expect('.')
  const table = name(c)
  c.expect('.', '*')
  return [schema, table]
}

const SELECT_OPTIONS: ReadonlySet<string> = new Set(
  `ALL DISTINCT DISTINCTROW HIGH_PRIORITY STRAIGHT_JOIN SQL_SMALL_RESULT SQL_BIG_RESULT SQL_BUFFER_RESULT SQL_NO_CACHE SQL_CACHE
  SQL_CALC_FOUND_ROWS`.split(/\s+/),
)
const UNRESERVED_OPTIONS: ReadonlySet<string> = new Set(['SQL_CACHE'])
