import type { StatementNode, Utility } from './ast.ts'
import { tableElement } from './column-definitions.ts'
import type { Cursor } from './cursor.ts'
import { ifExists, write } from './definitions.ts'
import { path } from './names.ts'
import { query, startsQuery } from './queries.ts'
import { rest } from './rest.ts'
import { tableOption } from './table-options.ts'
import { utility } from './utility.ts'

/**
 * CREATE TABLE with its columns, keys, options and the query that fills it; partitions are not looked into. The cursor stands at
 * TABLE. Spec: create-table; create-table-select.
 */
export function createTable(c: Cursor): Utility {
  c.expect('TABLE')
  ifExists(c)
  const relations: { readonly path: readonly string[]; readonly access: 'read' | 'write' }[] = [write(path(c))]
  if (c.accept('LIKE')) {
    relations.push({ path: path(c), access: 'read' })
    return utility('create-table', ['ddl'], { relations })
  }
  if (c.is('(') && c.peek().keyword === 'LIKE') {
    c.expect('(', 'LIKE')
    relations.push({ path: path(c), access: 'read' })
    c.expect(')')
    return utility('create-table', ['ddl'], { relations })
  }
  if (c.is('(') && !opensQuery(c)) c.parenthesised(() => tableElement(c))
  while (tableOption(c)) c.accept(',')
  if (c.is('PARTITION')) rest(c, startsFilling)
  if (!c.accept('IGNORE')) c.accept('REPLACE')
  if (c.atEnd) return utility('create-table', ['ddl'], { relations })
  c.accept('AS')
  if (!startsQuery(c) && !c.is('(')) throw c.refuse()
  const inner: StatementNode[] = [query(c)]
  return utility('create-table-as', ['ddl', 'write'], { relations, inner })
}

/** Behind partitions. */
function startsFilling(c: Cursor): boolean {
  if (c.is('(')) return opensQuery(c)
  return FILLING.has(c.token.keyword) && !(c.isMaria && c.peek().keyword === 'SYSTEM')
}

function opensQuery(c: Cursor): boolean {
  const next = c.peek().keyword
  return next === 'SELECT' || next === 'WITH' || next === '(' || (next === 'VALUES' && c.peek(2).keyword === 'ROW')
}

const FILLING: ReadonlySet<string> = new Set(['AS', 'SELECT', 'WITH', 'TABLE', 'IGNORE', 'REPLACE'])
