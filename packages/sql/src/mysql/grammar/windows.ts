import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { BIT_OR, expression, expressions } from './expressions.ts'
import { intervalOf } from './intervals.ts'
import { isName, name } from './names.ts'
import { orderBy } from './order.ts'

/** `OVER name` or `OVER (…)`; gives the expressions inside. Spec: window-functions-usage. */
export function overClause(c: Cursor): readonly Expression[] {
  c.expect('OVER')
  if (!c.is('(')) {
    name(c)
    return []
  }
  return windowSpecification(c)
}

/** `(base PARTITION BY … ORDER BY … ROWS …)`. */
export function windowSpecification(c: Cursor): readonly Expression[] {
  const parts: Expression[] = []
  c.expect('(')
  if (isName(c) && !FRAMES.has(c.token.keyword)) name(c)
  if (c.accept('PARTITION')) {
    c.expect('BY')
    parts.push(...expressions(c))
  }
  if (c.is('ORDER')) parts.push(...orderBy(c))
  if (c.acceptOneOf(FRAMES) !== undefined) frame(c)
  c.expect(')')
  return parts
}

function frame(c: Cursor): void {
  if (c.accept('BETWEEN')) {
    bound(c)
    c.expect('AND')
  }
  bound(c)
  if (c.accept('EXCLUDE')) {
    if (c.accept('NO')) c.expect('OTHERS')
    else if (c.accept('CURRENT')) c.expect('ROW')
    else if (!c.accept('GROUP')) c.expect('TIES')
  }
}

function bound(c: Cursor): void {
  if (c.accept('CURRENT')) {
    c.expect('ROW')
    return
  }
  if (!c.accept('UNBOUNDED')) {
    if (c.is('INTERVAL')) intervalOf(c)
    else expression(c, BIT_OR)
  }
  if (!c.accept('PRECEDING')) c.expect('FOLLOWING')
}

const FRAMES: ReadonlySet<string> = new Set(['ROWS', 'RANGE', 'GROUPS'])
