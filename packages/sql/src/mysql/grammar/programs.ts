import type { Expression, StatementNode } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { isName, name } from './names.ts'
import { query } from './queries.ts'
import { rest } from './rest.ts'
import { statement } from './statements.ts'
import { dataType } from './types.ts'
import { utility } from './utility.ts'

/**
 * A statement of a stored program: a block, a branch, a loop, or any other statement. Everything inside is gathered, whichever
 * way it would run. Spec: sql-compound-statements.
 */
export function programStatement(c: Cursor): StatementNode {
  const outside = c.inProgram
  c.inProgram = true
  const inner: StatementNode[] = []
  const expressions: Expression[] = []
  c.deeper(() => part(c, inner, expressions))
  c.inProgram = outside
  const [only] = inner
  if (inner.length === 1 && expressions.length === 0 && only !== undefined) return only
  return utility('begin-not-atomic', [], { inner, expressions })
}

function part(c: Cursor, inner: StatementNode[], expressions: Expression[]): void {
  const labelled = isName(c) && c.peek().keyword === ':'
  if (labelled) {
    name(c)
    c.expect(':')
  }
  switch (c.token.keyword) {
    case 'BEGIN':
      c.advance()
      if (c.isMaria && c.accept('NOT')) c.expect('ATOMIC')
      list(c, inner, expressions, END)
      c.expect('END')
      label(c)
      return
    case 'IF':
      c.advance()
      branches(c, inner, expressions)
      return
    case 'CASE':
      c.advance()
      cases(c, inner, expressions)
      return
    case 'LOOP':
      c.advance()
      list(c, inner, expressions, END)
      c.expect('END', 'LOOP')
      label(c)
      return
    case 'REPEAT':
      c.advance()
      list(c, inner, expressions, UNTIL)
      c.expect('UNTIL')
      expressions.push(expression(c))
      c.expect('END', 'REPEAT')
      label(c)
      return
    case 'WHILE':
      c.advance()
      expressions.push(expression(c))
      c.expect('DO')
      list(c, inner, expressions, END)
      c.expect('END', 'WHILE')
      label(c)
      return
    case 'FOR':
      loopOver(c, inner, expressions)
      return
    case 'DECLARE':
      declaration(c, inner, expressions)
      return
    case 'RETURN':
      c.advance()
      if (!c.atEnd) expressions.push(expression(c))
      return
    case 'LEAVE':
    case 'ITERATE':
      c.advance()
      name(c)
      return
    case 'OPEN':
    case 'CLOSE':
    case 'FETCH':
      c.advance()
      name(c)
      rest(c)
      return
    default:
      if (labelled) throw c.refuse()
      inner.push(statement(c))
  }
}

/** Statements with a semicolon behind each, up to one of the words. */
function list(c: Cursor, inner: StatementNode[], expressions: Expression[], ends: ReadonlySet<string>): void {
  while (!c.isOneOf(ends)) {
    if (c.token.type === 'end') throw c.refuse()
    c.deeper(() => part(c, inner, expressions))
    c.expect(';')
  }
}

function branches(c: Cursor, inner: StatementNode[], expressions: Expression[]): void {
  expressions.push(expression(c))
  c.expect('THEN')
  list(c, inner, expressions, BRANCH_END)
  while (c.accept('ELSEIF')) {
    expressions.push(expression(c))
    c.expect('THEN')
    list(c, inner, expressions, BRANCH_END)
  }
  if (c.accept('ELSE')) list(c, inner, expressions, END)
  c.expect('END', 'IF')
}

function cases(c: Cursor, inner: StatementNode[], expressions: Expression[]): void {
  if (!c.is('WHEN')) expressions.push(expression(c))
  do {
    c.expect('WHEN')
    expressions.push(expression(c))
    c.expect('THEN')
    list(c, inner, expressions, CASE_END)
  } while (c.is('WHEN'))
  if (c.accept('ELSE')) list(c, inner, expressions, END)
  c.expect('END', 'CASE')
}

/** MariaDB: `FOR i IN 1..10 DO`, `FOR r IN (SELECT …) DO`. */
function loopOver(c: Cursor, inner: StatementNode[], expressions: Expression[]): void {
  if (!c.isMaria) throw c.refuse()
  c.expect('FOR')
  name(c)
  c.expect('IN')
  c.accept('REVERSE')
  if (c.is('(')) {
    c.advance()
    inner.push(query(c))
    c.expect(')')
  } else rest(c, (at) => at.is('DO'))
  c.expect('DO')
  list(c, inner, expressions, END)
  c.expect('END', 'FOR')
  label(c)
}

function declaration(c: Cursor, inner: StatementNode[], expressions: Expression[]): void {
  c.expect('DECLARE')
  if (HANDLERS.has(c.token.keyword) && c.peek().keyword === 'HANDLER') {
    c.advance()
    c.expect('HANDLER', 'FOR')
    c.list(() => condition(c))
    c.deeper(() => part(c, inner, expressions))
    return
  }
  const names = c.list(() => name(c))
  if (names.length === 1 && c.accept('CONDITION')) {
    c.expect('FOR')
    condition(c)
    return
  }
  if (names.length === 1 && c.is('CURSOR')) {
    c.advance()
    if (c.is('(')) rest(c, (at) => at.is('FOR'))
    c.expect('FOR')
    inner.push(query(c))
    return
  }
  if (c.isMaria && (c.is('TYPE') || c.is('ROW'))) {
    rest(c)
    return
  }
  dataType(c)
  if (c.accept('DEFAULT') || c.accept(':=')) expressions.push(expression(c))
}

function condition(c: Cursor): void {
  if (c.accept('SQLSTATE')) {
    c.accept('VALUE')
    if (c.token.type !== 'string') throw c.refuse()
    c.advance()
  } else if (c.accept('NOT')) c.expect('FOUND')
  else if (c.token.type === 'integer' || c.is('SQLEXCEPTION') || c.is('SQLWARNING')) c.advance()
  else name(c)
}

function label(c: Cursor): void {
  if (isName(c)) name(c)
}

const END: ReadonlySet<string> = new Set(['END'])
const UNTIL: ReadonlySet<string> = new Set(['UNTIL'])
const BRANCH_END: ReadonlySet<string> = new Set(['END', 'ELSE', 'ELSEIF'])
const CASE_END: ReadonlySet<string> = new Set(['END', 'ELSE', 'WHEN'])
const HANDLERS: ReadonlySet<string> = new Set(['CONTINUE', 'EXIT', 'UNDO'])
