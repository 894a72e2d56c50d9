import type { Arm, CommonTable, Expression, Into, Query } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { intoClause } from './into.ts'
import { limitClause, orderBy } from './order.ts'
import { name, path } from './names.ts'
import { select } from './selects.ts'

/** Whether a query begins here, not counting parentheses. `VALUES (` at the beginning of an operand is a function. */
export function startsQuery(c: Cursor): boolean {
  const { keyword } = c.token
  if (keyword === 'SELECT' || keyword === 'WITH') return true
  if (keyword === 'TABLE') return !c.isMaria
  if (keyword === 'VALUES') return c.isMaria || c.peek().keyword === 'ROW'
  return false
}

/** A query with all that may stand before and behind its arms. Spec: select; union; with; parenthesized-query-expressions. */
export function query(c: Cursor): Query {
  return c.deeper(() => {
    const { ctes, recursive } = withClause(c)
    return continued(c, arm(c), ctes, recursive) ?? fail(c)
  })
}

/** The same where WITH has been read: it may belong to a change of rows. */
export function queryBehindWith(c: Cursor, ctes: readonly CommonTable[], recursive: boolean): Query {
  return continued(c, arm(c), ctes, recursive) ?? fail(c)
}

/** The rest of a query whose first arm, in parentheses, has been read; undefined where nothing more belongs to it. */
export function followQuery(c: Cursor, first: Query): Query | undefined {
  return TAIL.has(c.token.keyword) ? continued(c, first, [], false) : undefined
}

/** `WITH a AS (…), …`; empty where there is none. */
export function withClause(c: Cursor): { readonly ctes: readonly CommonTable[]; readonly recursive: boolean } {
  if (!c.accept('WITH')) return { ctes: [], recursive: false }
  const recursive = c.accept('RECURSIVE')
  const ctes = c.list(() => commonTable(c))
  return { ctes, recursive }
}

function commonTable(c: Cursor): CommonTable {
  const cteName = name(c)
  if (c.is('(')) c.parenthesised(() => name(c))
  c.expect('AS', '(')
  const inner = refuseInto(c, query(c))
  c.expect(')')
  if (c.isMaria && c.accept('CYCLE')) {
    c.list(() => name(c))
    c.expect('RESTRICT')
  }
  return { name: cteName, query: inner }
}

function continued(c: Cursor, first: Arm, ctes: readonly CommonTable[], recursive: boolean): Query | undefined {
  const arms: Arm[] = [first]
  const operators: string[] = []
  while (isSetOperator(c)) {
    let operator = c.advance().keyword
    if (c.accept('ALL')) operator += ' ALL'
    else c.accept('DISTINCT')
    operators.push(operator)
    arms.push(arm(c))
  }
  let order: Expression[] = []
  let into: Into | undefined = arms.length === 1 && first.type === 'select' ? first.into : undefined
  if (c.is('ORDER')) order = orderBy(c)
  const limit = limitClause(c)
  let locks = false
  const procedure = c.isMaria && c.is('PROCEDURE') ? analyse(c) : undefined
  for (;;) {
    if (c.is('INTO') && into === undefined) into = intoClause(c)
    else if (lockingClause(c)) locks = true
    else break
  }
  const last = arms.at(-1)
  if (procedure !== undefined && last?.type === 'select') arms[arms.length - 1] = { ...last, procedure }
  return { type: 'query', ctes, recursive, arms, operators, order, limit, into, locks }
}

function arm(c: Cursor): Arm {
  if (c.accept('(')) {
    const inner = query(c)
    c.expect(')')
    return inner
  }
  if (c.is('SELECT')) return select(c)
  if (c.is('TABLE') && !c.isMaria) {
    c.advance()
    return { type: 'table', path: path(c) }
  }
  if (c.accept('VALUES')) return { type: 'values', rows: c.list(() => row(c)) }
  throw c.refuse()
}

/** MySQL writes ROW before each row of VALUES, MariaDB does not. */
function row(c: Cursor): readonly Expression[] {
  if (!c.isMaria) c.expect('ROW')
  c.expect('(')
  if (c.accept(')')) return []
  const values = c.list(() => (c.accept('DEFAULT') ? DEFAULT : expression(c)))
  c.expect(')')
  return values
}

function isSetOperator(c: Cursor): boolean {
  const { keyword } = c.token
  return (
    keyword === 'UNION' || keyword === 'EXCEPT' || keyword === 'INTERSECT' || (keyword === 'MINUS' && c.reading.oracle)
  )
}

function lockingClause(c: Cursor): boolean {
  if (c.accept('LOCK')) {
    c.expect('IN', 'SHARE', 'MODE')
    waiting(c)
    return true
  }
  if (!c.is('FOR')) return false
  const strength = c.peek().keyword
  if (strength !== 'UPDATE' && !(strength === 'SHARE' && !c.isMaria)) return false
  c.advance()
  c.advance()
  if (!c.isMaria && c.accept('OF')) c.list(() => path(c))
  waiting(c)
  return true
}

function waiting(c: Cursor): void {
  if (c.accept('NOWAIT')) return
  if (c.accept('SKIP')) c.expect('LOCKED')
  else if (c.isMaria && c.accept('WAIT')) {
    if (c.token.type !== 'integer') throw c.refuse()
    c.advance()
  }
}

function analyse(c: Cursor): readonly Expression[] {
  c.expect('PROCEDURE')
  name(c)
  c.expect('(')
  const args = c.is(')') ? [] : c.list(() => expression(c))
  c.expect(')')
  return args
}

/** INTO and PROCEDURE belong to the outermost query alone. */
export function refuseInto(c: Cursor, inner: Query): Query {
  const into =
    inner.into !== undefined ||
    inner.arms.some((each) => each.type === 'select' && (each.into !== undefined || each.procedure !== undefined))
  if (into) throw c.refuse()
  return inner
}

function fail(c: Cursor): never {
  throw c.refuse()
}

const DEFAULT: Expression = { type: 'literal', kind: 'null', value: '' }
const TAIL: ReadonlySet<string> = new Set([
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'MINUS',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'INTO',
  'FOR',
  'LOCK',
  'PROCEDURE',
])
