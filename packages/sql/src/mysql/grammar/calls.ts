import type { Expression, Path } from './ast.ts'
import { BIT_OR, expression, expressions } from './expressions.ts'
import type { Cursor } from './cursor.ts'
import { GRAMMAR_FUNCTIONS } from './grammar-functions.ts'
import { alias } from './names.ts'
import { orderBy } from './order.ts'
import { overClause } from './windows.ts'

/** A call of a function by its name; the cursor stands at the parenthesis. Spec: functions; function-resolution. */
export function call(c: Cursor, path: Path, found: 'word' | 'quoted'): Expression {
  c.expect('(')
  const args: Expression[] = []
  if (!c.is(')')) {
    do {
      args.push(expression(c))
      // Loadable functions see the names of their arguments.
      alias(c, true)
    } while (c.accept(','))
  }
  c.expect(')')
  return { type: 'call', path, args, found, distinct: false, order: [], windowed: false }
}

/** Whether the current word begins a function with a form of its own. */
export function isGrammarFunction(c: Cursor): boolean {
  const { token } = c
  if (WITHOUT_PARENTHESES.has(token.keyword)) return c.reading.reserved.has(token.keyword)
  if (token.keyword === 'NEXT' || token.keyword === 'PREVIOUS')
    return c.isMaria && c.peek().keyword === 'VALUE' && c.peek(2).keyword === 'FOR'
  if (token.keyword === 'MATCH') return true
  if (c.peek().keyword !== '(') return false
  // What the other server's grammar knows is a name here, and may be that of a stored function.
  if (FOREIGN[c.isMaria ? 'mysql' : 'mariadb'].has(token.keyword)) return false
  return GRAMMAR_FUNCTIONS.has(token.keyword) || AGGREGATES.has(token.keyword) || WINDOW_FUNCTIONS.has(token.keyword)
}

/** A function with a form of its own. */
export function grammarFunction(c: Cursor): Expression {
  const { keyword } = c.token
  const own = GRAMMAR_FUNCTIONS.get(keyword)
  if (own !== undefined) return own(c)
  if (WITHOUT_PARENTHESES.has(keyword)) return timeOrUser(c)
  return aggregate(c)
}

/** `CURRENT_USER`, `CURRENT_TIMESTAMP(6)`: the parentheses may be missing. */
function timeOrUser(c: Cursor): Expression {
  const name = c.advance().keyword.toLowerCase()
  if (c.accept('(') && !c.accept(')')) {
    expression(c)
    c.expect(')')
  }
  return { type: 'call', path: [name], args: [], found: 'grammar', distinct: false, order: [], windowed: false }
}

/** `COUNT(*)`, `GROUP_CONCAT(DISTINCT a ORDER BY b SEPARATOR ',')`, `RANK() OVER (…)`. */
function aggregate(c: Cursor): Expression {
  const { keyword } = c.advance()
  const name = keyword.toLowerCase()
  c.expect('(')
  const distinct = c.accept('DISTINCT')
  if (!distinct) c.accept('ALL')
  const args: Expression[] = []
  const order: Expression[] = []
  const all = keyword === 'COUNT' && c.is('*')
  if (all) c.advance()
  else if (!c.is(')')) args.push(...expressions(c))
  if (COLLECTING.has(keyword)) {
    if (c.is('ORDER')) order.push(...orderBy(c))
    if (keyword === 'GROUP_CONCAT' && c.accept('SEPARATOR')) {
      if (c.token.type !== 'string' && c.token.type !== 'bytes') throw c.refuse()
      c.advance()
    }
    if (c.isMaria && c.accept('LIMIT')) {
      expression(c, BIT_OR)
      if (c.accept(',') || c.accept('OFFSET')) expression(c, BIT_OR)
    }
  }
  c.expect(')')
  if (args.length === 0 && !all && AGGREGATES.has(keyword)) throw c.refuse()
  if (!distinct && args.length > 1 && SINGLE.has(keyword)) throw c.refuse()
  if (keyword === 'JSON_OBJECTAGG' && args.length !== 2) throw c.refuse()
  if (c.accept('WITHIN')) {
    c.expect('GROUP', '(')
    order.push(...orderBy(c))
    c.expect(')')
  }
  if (c.is('FROM') && (c.peek().keyword === 'FIRST' || c.peek().keyword === 'LAST')) {
    c.advance()
    c.advance()
  }
  if ((c.is('RESPECT') || c.is('IGNORE')) && c.peek().keyword === 'NULLS') {
    c.advance()
    c.advance()
  }
  const windowed = c.is('OVER')
  if (windowed) order.push(...overClause(c))
  else if (WINDOW_FUNCTIONS.has(keyword) && !(c.isMaria && keyword === 'LAST_VALUE')) throw c.refuse()
  return { type: 'call', path: [name], args, found: 'grammar', distinct, order, windowed }
}

/** Functions that the grammar knows and that make one value of many rows. */
export const AGGREGATES: ReadonlySet<string> = new Set(
  `AVG BIT_AND BIT_OR BIT_XOR COUNT GROUP_CONCAT JSON_ARRAYAGG JSON_OBJECTAGG MAX MIN STD STDDEV STDDEV_POP STDDEV_SAMP SUM VARIANCE
  VAR_POP VAR_SAMP ST_COLLECT`.split(/\s+/),
)
/** Functions with a form of their own, or that make one value of many rows, in one server alone. */
const FOREIGN: Readonly<Record<'mysql' | 'mariadb', ReadonlySet<string>>> = {
  mysql: new Set(['ST_COLLECT']),
  mariadb: new Set(
    'TRIM_ORACLE NEXTVAL LASTVAL SETVAL COLUMN_GET COLUMN_CREATE COLUMN_ADD MEDIAN PERCENTILE_CONT PERCENTILE_DISC'.split(
      ' ',
    ),
  ),
}
/** Without DISTINCT, which COUNT takes of several. */
const SINGLE: ReadonlySet<string> = new Set(['AVG', 'COUNT', 'MAX', 'MIN', 'SUM'])
const WINDOW_FUNCTIONS: ReadonlySet<string> = new Set(
  `CUME_DIST DENSE_RANK FIRST_VALUE LAG LAST_VALUE LEAD MEDIAN NTH_VALUE NTILE PERCENTILE_CONT PERCENTILE_DISC PERCENT_RANK RANK
  ROW_NUMBER`.split(/\s+/),
)
const COLLECTING: ReadonlySet<string> = new Set(['GROUP_CONCAT', 'JSON_ARRAYAGG', 'JSON_OBJECTAGG'])
const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set(
  `CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURRENT_ROLE LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME UTC_TIMESTAMP`.split(
    ' ',
  ),
)
