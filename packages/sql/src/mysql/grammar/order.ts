import type { Expression, LimitClause } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { isName, name } from './names.ts'

/** `ORDER BY a DESC, b`. */
export function orderBy(c: Cursor): Expression[] {
  c.expect('ORDER', 'BY')
  return c.list(() => directed(c))
}

/** `GROUP BY a, b WITH ROLLUP`, `GROUP BY ROLLUP (a, b)`. */
export function groupBy(c: Cursor): Expression[] {
  c.expect('GROUP', 'BY')
  if (!c.isMaria && (c.is('ROLLUP') || c.is('CUBE')) && c.peek().keyword === '(') {
    c.advance()
    return c.parenthesised(() => expression(c))
  }
  const parts = c.list(() => (c.isMaria || c.reading.version < 80_013 ? directed(c) : expression(c)))
  if (c.is('WITH') && (c.peek().keyword === 'ROLLUP' || c.peek().keyword === 'CUBE')) c.expect('WITH', c.peek().keyword)
  return parts
}

function directed(c: Cursor): Expression {
  const value = expression(c)
  if (!c.accept('ASC')) c.accept('DESC')
  return value
}

/** `LIMIT 5, 10`, `LIMIT 10 OFFSET 5`, MariaDB's `OFFSET … FETCH FIRST …` and `ROWS EXAMINED`; undefined where there is none. */
export function limitClause(c: Cursor): LimitClause | undefined {
  if (c.isMaria && (c.is('OFFSET') || c.is('FETCH'))) return fetchClause(c)
  if (!c.accept('LIMIT')) return undefined
  if (c.isMaria && c.is('ROWS') && c.peek().keyword === 'EXAMINED') {
    c.expect('ROWS', 'EXAMINED')
    bound(c)
    return undefined
  }
  let count = bound(c)
  let offset: Expression | undefined
  if (c.accept(',')) {
    offset = count
    count = bound(c)
  } else if (c.accept('OFFSET')) offset = bound(c)
  if (c.isMaria && c.accept('ROWS')) {
    c.expect('EXAMINED')
    bound(c)
  }
  return { count, offset, withTies: false }
}

function fetchClause(c: Cursor): LimitClause {
  let offset: Expression | undefined
  if (c.accept('OFFSET')) {
    offset = bound(c)
    if (!c.accept('ROWS')) c.expect('ROW')
  }
  if (!c.accept('FETCH')) return { count: undefined, offset, withTies: false }
  if (!c.accept('FIRST')) c.expect('NEXT')
  const count: Expression = c.is('ROW') || c.is('ROWS') ? { type: 'literal', kind: 'number', value: '1' } : bound(c)
  if (!c.accept('ROWS')) c.expect('ROW')
  const withTies = c.accept('WITH')
  if (withTies) c.expect('TIES')
  else c.expect('ONLY')
  return { count, offset, withTies }
}

/** A number, a parameter, or a variable of a stored program. */
function bound(c: Cursor): Expression {
  const { token } = c
  if (token.type === 'integer' || token.type === 'bytes') {
    return { type: 'literal', kind: 'number', value: c.advance().text }
  }
  if (token.type === 'parameter') {
    c.advance()
    return { type: 'parameter' }
  }
  if (c.inProgram && isName(c)) return { type: 'column', path: [name(c)] }
  throw c.refuse()
}
