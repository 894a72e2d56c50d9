import type { Expression, NamedTable, Query, TableReference } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { jsonTable } from './json-table.ts'
import { alias, name, path } from './names.ts'
import { followQuery, query, refuseInto, startsQuery } from './queries.ts'

/** The comma list behind FROM or UPDATE. Spec: join. */
export function tableReferences(c: Cursor): readonly TableReference[] {
  return c.list(() => joined(c))
}

/** One reference with everything that is joined to it. */
export function joined(c: Cursor, first?: TableReference): TableReference {
  return c.deeper(() => {
    if (first === undefined && c.is('{')) return escaped(c)
    const tables = [first ?? factor(c)]
    const conditions: Expression[] = []
    const using: string[] = []
    let natural = false
    // Each outer join owes a condition; those of nested joins come behind.
    let owed = 0
    let open = 0
    for (;;) {
      const join = joinOperator(c)
      if (join !== undefined) {
        tables.push(c.is('{') ? escaped(c) : factor(c))
        if (join === 'natural') natural = true
        else open += 1
        if (join === 'outer') owed += 1
      } else if (open > 0 && c.accept('ON')) {
        conditions.push(expression(c))
        open -= 1
        owed = Math.max(0, owed - 1)
      } else if (open > 0 && c.is('USING')) {
        c.advance()
        using.push(...c.parenthesised(() => name(c)))
        open -= 1
        owed = Math.max(0, owed - 1)
      } else break
    }
    if (owed > 0) throw c.refuse()
    const [only] = tables
    return tables.length === 1 && only !== undefined ? only : { type: 'join', tables, conditions, using, natural }
  })
}

/** ODBC's `{ OJ a LEFT JOIN b ON … }`. */
function escaped(c: Cursor): TableReference {
  c.expect('{')
  name(c)
  const inner = joined(c)
  c.expect('}')
  return inner
}

function joinOperator(c: Cursor): 'inner' | 'outer' | 'natural' | undefined {
  switch (c.token.keyword) {
    case 'JOIN':
    case 'STRAIGHT_JOIN':
      c.advance()
      return 'inner'
    case 'INNER':
    case 'CROSS':
      c.advance()
      c.expect('JOIN')
      return 'inner'
    case 'LEFT':
    case 'RIGHT':
      c.advance()
      c.accept('OUTER')
      c.expect('JOIN')
      return 'outer'
    case 'NATURAL':
      c.advance()
      if (c.accept('LEFT') || c.accept('RIGHT')) c.accept('OUTER')
      else c.accept('INNER')
      c.expect('JOIN')
      return 'natural'
    default:
      return undefined
  }
}

function factor(c: Cursor): TableReference {
  if (!c.isMaria && c.is('LATERAL')) {
    c.advance()
    c.expect('(')
    const inner = refuseInto(c, query(c))
    c.expect(')')
    return derived(c, inner, true)
  }
  if (c.is('JSON_TABLE') && c.peek().keyword === '(') return jsonTable(c)
  if (!c.is('(')) return namedTable(c)
  const inner = parenthesised(c)
  return inner.type === 'query' ? derived(c, inner, false) : inner
}

/** `(SELECT …)`, `((SELECT …) UNION …)`, `(a JOIN b)`, `((SELECT …) AS d JOIN b)`. */
function parenthesised(c: Cursor): TableReference | Query {
  return c.deeper(() => {
    c.expect('(')
    if (startsQuery(c)) {
      const inner = refuseInto(c, query(c))
      c.expect(')')
      return inner
    }
    let first: TableReference | undefined
    if (c.is('(')) {
      const inner = parenthesised(c)
      if (inner.type === 'query') {
        const whole = followQuery(c, inner)
        if (whole !== undefined || c.is(')')) {
          c.expect(')')
          return whole ?? inner
        }
        first = derived(c, inner, false)
      } else first = inner
    }
    const tables = [joined(c, first)]
    while (c.accept(',')) tables.push(joined(c))
    c.expect(')')
    const [only] = tables
    return tables.length === 1 && only !== undefined
      ? only
      : { type: 'join', tables, conditions: [], using: [], natural: false }
  })
}

function derived(c: Cursor, inner: Query, lateral: boolean): TableReference {
  const named = alias(c, false)
  // Both servers ask for a name; MariaDB in ORACLE mode does not.
  if (named === undefined && !c.reading.oracle) throw c.refuse()
  if (!c.isMaria && c.is('(')) c.parenthesised(() => name(c))
  return { type: 'derived', query: inner, alias: named ?? '', lateral }
}

/** A table with its partitions, alias and index hints. */
export function namedTable(c: Cursor): NamedTable {
  const table = path(c)
  if (c.is('PARTITION') && c.peek().keyword === '(') {
    c.advance()
    c.parenthesised(() => name(c))
  }
  const period: Expression[] = []
  if (c.isMaria && c.is('FOR') && c.peek().keyword === 'SYSTEM_TIME') systemTime(c, period)
  const named = alias(c, false)
  if (!c.isMaria && c.is('TABLESAMPLE')) {
    c.advance()
    name(c)
    c.parenthesised(() => expression(c))
  }
  while (c.is('USE') || c.is('FORCE') || (c.is('IGNORE') && isIndexWord(c.peek().keyword))) indexHint(c)
  return { type: 'named', path: table, alias: named, period }
}

/** `FOR SYSTEM_TIME AS OF …`, `ALL`, `BETWEEN … AND …`, `FROM … TO …`. */
export function systemTime(c: Cursor, period: Expression[]): void {
  c.expect('FOR', 'SYSTEM_TIME')
  const point = (): void => {
    if (!(c.is('TRANSACTION') && c.peek().keyword !== ',')) c.accept('TIMESTAMP')
    else c.advance()
    period.push(expression(c, 7))
  }
  if (c.accept('ALL')) return
  if (c.accept('AS')) {
    c.expect('OF')
    point()
  } else if (c.accept('BETWEEN')) {
    point()
    c.expect('AND')
    point()
  } else {
    c.expect('FROM')
    point()
    c.expect('TO')
    point()
  }
}

function indexHint(c: Cursor): void {
  c.advance()
  if (!c.accept('INDEX')) c.expect('KEY')
  if (c.accept('FOR')) {
    if (c.accept('ORDER') || c.accept('GROUP')) c.expect('BY')
    else c.expect('JOIN')
  }
  c.expect('(')
  if (!c.is(')')) c.list(() => (c.is('PRIMARY') ? c.advance().text : name(c)))
  c.expect(')')
}

function isIndexWord(keyword: string): boolean {
  return keyword === 'INDEX' || keyword === 'KEY'
}
