import type {
  Assignment,
  CommonTable,
  Delete,
  Expression,
  Insert,
  NamedTable,
  Path,
  SelectItem,
  TableReference,
  Update,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { alias, isName, name, path } from './names.ts'
import { limitClause, orderBy } from './order.ts'
import { query, startsQuery } from './queries.ts'
import { systemTime, tableReferences } from './tables.ts'

/** Common table expressions that stand before a change. */
export interface With {
  readonly ctes: readonly CommonTable[]
  readonly recursive: boolean
}

/** INSERT and REPLACE. Spec: insert; replace. */
export function insert(c: Cursor, ahead: With): Insert {
  const replace = c.advance().keyword === 'REPLACE'
  const hints = hintsOf(c)
  c.acceptOneOf(PRIORITIES)
  if (!replace) c.accept('IGNORE')
  c.accept('INTO')
  const table = insertTarget(c)
  const parts = insertedRows(c)
  let rowAlias: string | undefined
  if (!c.isMaria && c.accept('AS')) {
    rowAlias = name(c)
    if (c.is('(')) c.parenthesised(() => name(c))
  }
  let onDuplicate: readonly Assignment[] = []
  if (!replace && c.accept('ON')) {
    c.expect('DUPLICATE', 'KEY', 'UPDATE')
    onDuplicate = assignments(c)
  }
  return { type: 'insert', replace, ...ahead, hints, table, ...parts, rowAlias, onDuplicate, returning: returning(c) }
}

/** The table of INSERT has no alias. */
function insertTarget(c: Cursor): NamedTable {
  const table = path(c)
  partitions(c)
  return { type: 'named', path: table, alias: undefined, period: [] }
}

function insertedRows(c: Cursor): Pick<Insert, 'columns' | 'rows' | 'query'> {
  if (c.accept('SET')) {
    const set = assignments(c)
    return {
      columns: set.map(({ path: parts }) => parts.at(-1) ?? ''),
      rows: [set.map(({ value }) => value)],
      query: undefined,
    }
  }
  let columns: readonly string[] = []
  if (c.is('(') && !queryInParentheses(c)) {
    c.expect('(')
    if (!c.is(')')) columns = c.list(() => path(c, 3).at(-1) ?? '')
    c.expect(')')
  }
  const values = c.is('VALUE') || (c.is('VALUES') && c.peek().keyword !== 'ROW')
  if (!values) {
    if (!c.is('(') && !startsQuery(c)) throw c.refuse()
    return { columns, rows: [], query: query(c) }
  }
  c.advance()
  return { columns, rows: c.list(() => row(c)), query: undefined }
}

function queryInParentheses(c: Cursor): boolean {
  const next = c.peek().keyword
  return next === 'SELECT' || next === 'WITH' || next === 'VALUES' || next === '(' || (next === 'TABLE' && !c.isMaria)
}

function row(c: Cursor): readonly Expression[] {
  c.expect('(')
  if (c.accept(')')) return []
  const values = c.list(() => assigned(c))
  c.expect(')')
  return values
}

/** UPDATE of one table or more. Spec: update. */
export function update(c: Cursor, ahead: With): Update {
  c.expect('UPDATE')
  const hints = hintsOf(c)
  c.accept('LOW_PRIORITY')
  c.accept('IGNORE')
  const tables = tableReferences(c)
  portion(c, [])
  c.expect('SET')
  const set = assignments(c)
  const where = c.accept('WHERE') ? expression(c) : undefined
  const order = c.is('ORDER') ? orderBy(c) : []
  const limit = limitClause(c)
  return { type: 'update', ...ahead, hints, tables, assignments: set, where, order, limit, returning: undefined }
}

/** DELETE in its three forms. Spec: delete. */
export function deletion(c: Cursor, ahead: With): Delete {
  c.expect('DELETE')
  const hints = hintsOf(c)
  while (c.is('LOW_PRIORITY') || c.is('QUICK') || c.is('IGNORE')) {
    if (c.is('QUICK') && (c.peek().keyword === '.' || c.peek().keyword === ',')) break
    c.advance()
  }
  if (c.isMaria && c.is('HISTORY') && c.peek().keyword === 'FROM') return history(c)
  let targets: readonly Path[] = []
  let tables: readonly TableReference[]
  if (c.accept('FROM')) {
    const single = !severalTargets(c)
    if (single) tables = [target(c)]
    else {
      targets = c.list(() => starredTarget(c))
      c.expect('USING')
      tables = tableReferences(c)
    }
  } else {
    targets = c.list(() => starredTarget(c))
    c.expect('FROM')
    tables = tableReferences(c)
  }
  if (targets.length === 0) portion(c, [])
  const where = c.accept('WHERE') ? expression(c) : undefined
  const order = targets.length === 0 && c.is('ORDER') ? orderBy(c) : []
  const limit = targets.length === 0 ? limitClause(c) : undefined
  return {
    type: 'delete',
    ...ahead,
    hints,
    targets,
    tables,
    where,
    order,
    limit,
    returning: returning(c),
    history: false,
  }
}

/** `DELETE FROM a, b USING …`: a comma, a star or USING behind the first name. */
function severalTargets(c: Cursor): boolean {
  const places = c.peek().keyword === '.' && c.peek(2).keyword !== '*' ? 3 : 1
  const behind = c.peek(places)
  return behind.keyword === ',' || behind.keyword === '.' || behind.keyword === 'USING'
}

function starredTarget(c: Cursor): Path {
  if (c.is('.')) c.advance()
  const parts = [name(c)]
  while (c.accept('.')) {
    if (c.accept('*')) break
    parts.push(name(c))
  }
  return parts
}

function history(c: Cursor): Delete {
  c.expect('HISTORY', 'FROM')
  const table = target(c)
  const period: Expression[] = []
  if (c.accept('BEFORE')) {
    c.expect('SYSTEM_TIME')
    if (!c.accept('TIMESTAMP')) c.accept('TRANSACTION')
    period.push(expression(c))
  }
  const [where] = period
  return {
    type: 'delete',
    ctes: [],
    recursive: false,
    hints: [],
    targets: [],
    tables: [table],
    where,
    order: [],
    limit: undefined,
    returning: undefined,
    history: true,
  }
}

/** The one table of a change, with partitions and, where the server takes one, an alias. */
function target(c: Cursor): NamedTable {
  const table = path(c)
  partitions(c)
  const period: Expression[] = []
  if (c.isMaria && c.is('FOR') && c.peek().keyword === 'SYSTEM_TIME') systemTime(c, period)
  // MariaDB takes an alias from 11.6 on.
  const named = c.isMaria && c.reading.version < 110_600 ? undefined : targetAlias(c)
  partitions(c)
  return { type: 'named', path: table, alias: named, period }
}

function targetAlias(c: Cursor): string | undefined {
  if (c.is('VALUE') || c.is('SET') || c.is('VALUES')) return undefined
  if (c.is('AS') || (isName(c) && !BEHIND_TARGET.has(c.token.keyword))) return alias(c, false)
  return undefined
}

function partitions(c: Cursor): void {
  if (!c.is('PARTITION')) return
  c.advance()
  c.parenthesised(() => name(c))
}

/** `FOR PORTION OF period FROM … TO …`. */
function portion(c: Cursor, bounds: Expression[]): void {
  if (!c.isMaria || !c.is('FOR') || c.peek().keyword !== 'PORTION') return
  c.expect('FOR', 'PORTION', 'OF')
  name(c)
  c.expect('FROM')
  bounds.push(expression(c))
  c.expect('TO')
  bounds.push(expression(c))
}

/** `a = 1, t.b = DEFAULT`. */
export function assignments(c: Cursor): Assignment[] {
  return c.list(() => {
    const parts = path(c, 3)
    if (!c.accept(':=')) c.expect('=')
    return { path: parts, value: assigned(c) }
  })
}

function assigned(c: Cursor): Expression {
  const { keyword } = c.token
  if ((keyword === 'DEFAULT' && c.peek().keyword !== '(') || (keyword === 'IGNORE' && c.isMaria)) {
    c.advance()
    return { type: 'literal', kind: 'null', value: keyword }
  }
  return expression(c)
}

/** MariaDB gives rows back from INSERT, REPLACE and DELETE. */
function returning(c: Cursor): readonly SelectItem[] | undefined {
  if (!c.isMaria || !c.accept('RETURNING')) return undefined
  return c.list((): SelectItem => {
    if (c.accept('*')) return { value: { type: 'star', path: [] }, alias: undefined }
    if (isName(c) && c.peek().keyword === '.' && c.peek(2).keyword === '*') {
      const table = name(c)
      c.expect('.', '*')
      return { value: { type: 'star', path: [table] }, alias: undefined }
    }
    return { value: expression(c), alias: alias(c, true) }
  })
}

/** Optimizer hints directly behind the keyword. */
function hintsOf(c: Cursor): readonly string[] {
  return c.token.type === 'hint' ? [c.advance().text] : []
}

const PRIORITIES: ReadonlySet<string> = new Set(['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY'])
const BEHIND_TARGET: ReadonlySet<string> = new Set(['VALUE', 'RETURNING', 'PORTION', 'OFFSET'])
