import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression, follow } from './expressions.ts'
import { parentheses } from './parentheses.ts'

/** `INTERVAL value unit`, or the function `INTERVAL(a, b, …)`. The cursor stands at the word. Spec: expressions, "Temporal Intervals". */
export function intervalOf(c: Cursor): Expression {
  c.expect('INTERVAL')
  let value: Expression
  if (c.is('(')) {
    const inside = parentheses(c)
    if (inside.type === 'expressions' && inside.expressions.length > 1) {
      return grammarCall('interval', inside.expressions)
    }
    const [only] = inside.type === 'query' ? [{ type: 'subquery', query: inside.query } as const] : inside.expressions
    if (only === undefined) throw c.refuse()
    value = follow(c, only)
  } else value = expression(c)
  unit(c)
  return { type: 'operation', name: 'INTERVAL', operands: [value] }
}

/** DAY, HOUR_MINUTE, SQL_TSI_WEEK … */
export function unit(c: Cursor): void {
  const word = c.token.keyword.replace(/^SQL_TSI_/, '')
  if (!UNITS.has(word)) throw c.refuse()
  c.advance()
}

/** A call of a function that the grammar itself knows. */
export function grammarCall(name: string, args: readonly Expression[]): Expression {
  return { type: 'call', path: [name], args, found: 'grammar', distinct: false, order: [], windowed: false }
}

const UNITS: ReadonlySet<string> = new Set(
  `MICROSECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR SECOND_MICROSECOND MINUTE_MICROSECOND MINUTE_SECOND HOUR_MICROSECOND
  HOUR_SECOND HOUR_MINUTE DAY_MICROSECOND DAY_SECOND DAY_MINUTE DAY_HOUR YEAR_MONTH`.split(/\s+/),
)
