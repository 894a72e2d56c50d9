import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { BIT_OR, CONCATENATION, expression, PREDICATE } from './expressions.ts'
import { parentheses, subqueryOnly } from './parentheses.ts'

/** `left = right`, `left > ALL (subquery)`, `left IS NOT NULL`. The cursor stands at the operator. */
export function comparison(c: Cursor, left: Expression): Expression {
  const operator = c.advance().keyword
  if (operator === 'IS') return truthTest(c, left)
  if (c.isOneOf(QUANTIFIERS) && c.peek().keyword === '(') {
    c.advance()
    return { type: 'operation', name: `${operator} ANY`, operands: [left, subqueryOnly(c)] }
  }
  return { type: 'chain', operators: [operator], operands: [left, expression(c, PREDICATE)] }
}

function truthTest(c: Cursor, left: Expression): Expression {
  const negated = c.accept('NOT')
  const value = c.acceptOneOf(TRUTHS)
  if (value === undefined) {
    // IS JSON is of newer servers than those known.
    throw c.refuse()
  }
  return { type: 'operation', name: `IS${negated ? ' NOT' : ''} ${value}`, operands: [left] }
}

/** IN, BETWEEN, LIKE, REGEXP, MEMBER OF, SOUNDS LIKE. The cursor stands at NOT or the operator. */
export function predicate(c: Cursor, left: Expression): Expression {
  const not = c.accept('NOT') ? 'NOT ' : ''
  const operator = c.advance().keyword
  const operands = (more: readonly Expression[]): Expression => ({
    type: 'operation',
    name: not + operator,
    operands: [left, ...more],
  })
  switch (operator) {
    case 'IN': {
      const inside = parentheses(c)
      return operands(inside.type === 'query' ? [{ type: 'subquery', query: inside.query }] : inside.expressions)
    }
    case 'BETWEEN': {
      const low = expression(c, BIT_OR)
      c.expect('AND')
      return operands([low, expression(c, PREDICATE)])
    }
    case 'LIKE': {
      const pattern = expression(c, c.isMaria ? BIT_OR : CONCATENATION)
      return operands(c.accept('ESCAPE') ? [pattern, expression(c, CONCATENATION)] : [pattern])
    }
    case 'MEMBER':
      c.accept('OF')
      c.expect('(')
      {
        const array = expression(c)
        c.expect(')')
        return operands([array])
      }
    case 'SOUNDS':
      c.expect('LIKE')
      return operands([expression(c, BIT_OR)])
    default:
      return operands([expression(c, BIT_OR)])
  }
}

const QUANTIFIERS: ReadonlySet<string> = new Set(['ALL', 'ANY', 'SOME'])
const TRUTHS: ReadonlySet<string> = new Set(['NULL', 'TRUE', 'FALSE', 'UNKNOWN'])
