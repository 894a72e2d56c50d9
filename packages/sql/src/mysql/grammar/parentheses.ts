import type { Expression, Query } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression, follow } from './expressions.ts'
import { followQuery, query, refuseInto, startsQuery } from './queries.ts'

/** What a pair of parentheses holds: a query, or expressions. */
export type Parenthesised =
  | { readonly type: 'query'; readonly query: Query }
  | { readonly type: 'expressions'; readonly expressions: readonly Expression[] }

/**
 * Reads parentheses of which the text behind decides what they are: `((SELECT 1) UNION (SELECT 2))` is a query, `((SELECT 1) + 1)` is
 * not. Nothing is read twice.
 */
export function parentheses(c: Cursor): Parenthesised {
  return c.deeper(() => {
    c.expect('(')
    if (startsQuery(c)) {
      const inner = refuseInto(c, query(c))
      c.expect(')')
      return { type: 'query', query: inner }
    }
    const first = c.is('(') ? afterInner(c) : expression(c)
    if (first.type === 'query') {
      c.expect(')')
      return { type: 'query', query: first }
    }
    const list = [first]
    while (c.accept(',')) list.push(expression(c))
    c.expect(')')
    return { type: 'expressions', expressions: list }
  })
}

/** Parentheses as an operand: a value, a row, or a subquery. */
export function parenthesisedOperand(c: Cursor): Expression {
  return asOperand(parentheses(c))
}

/** A subquery, and nothing else, in parentheses. */
export function subqueryOnly(c: Cursor): Expression {
  const { token } = c
  const inside = parentheses(c)
  if (inside.type !== 'query') throw c.refuse(token)
  return { type: 'subquery', query: inside.query }
}

/** The first thing inside parentheses is in parentheses itself. */
function afterInner(c: Cursor): Expression | Query {
  const inner = parentheses(c)
  if (inner.type === 'query') {
    const whole = followQuery(c, inner.query)
    if (whole !== undefined) return refuseInto(c, whole)
    if (c.is(')')) return inner.query
  }
  return follow(c, asOperand(inner))
}

function asOperand(inside: Parenthesised): Expression {
  if (inside.type === 'query') return { type: 'subquery', query: inside.query }
  const [first, second] = inside.expressions
  if (first !== undefined && second === undefined) return first
  return { type: 'operation', name: 'ROW', operands: inside.expressions }
}
