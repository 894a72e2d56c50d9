import type { StatementNode, Utility } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { ifExists, write } from './definitions.ts'
import { path } from './names.ts'
import { query, startsQuery } from './queries.ts'
import { rest } from './rest.ts'
import { utility } from './utility.ts'

/**
 * CREATE TABLE. The definitions in parentheses and the options are not looked into; the query that fills the table is. The cursor
 * stands at TABLE. Spec: create-table; create-table-select.
 */
export function createTable(c: Cursor, temporary: boolean): Utility {
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
  if (c.atEnd) throw c.refuse()
  if (c.is('(') && !opensQuery(c)) parenthesised(c)
  rest(
    c,
    (at) =>
      at.is('AS') ||
      at.is('SELECT') ||
      (at.is('WITH') && !isVersioning(at)) ||
      at.is('TABLE') ||
      (at.is('VALUES') && at.peek().keyword === 'ROW') ||
      (at.is('(') && opensQuery(at)),
  )
  if (c.atEnd) return utility('create-table', ['ddl'], { relations })
  c.accept('AS')
  if (!startsQuery(c) && !c.is('(')) throw c.refuse()
  const inner: StatementNode[] = [query(c)]
  return utility('create-table-as', temporary ? ['ddl', 'write'] : ['ddl', 'write'], { relations, inner })
}

function parenthesised(c: Cursor): void {
  c.expect('(')
  rest(c, (at) => at.is(')'))
  c.expect(')')
}

function opensQuery(c: Cursor): boolean {
  const next = c.peek().keyword
  return next === 'SELECT' || next === 'WITH' || next === '(' || (next === 'VALUES' && c.peek(2).keyword === 'ROW')
}

/** MariaDB's option WITH SYSTEM VERSIONING. */
function isVersioning(c: Cursor): boolean {
  return c.isMaria && c.peek().keyword === 'SYSTEM'
}
