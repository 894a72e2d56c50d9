import type { StatementNode, Utility } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { ifExists, write } from './definitions.ts'
import { expression } from './expressions.ts'
import { unit } from './intervals.ts'
import { name, path, string } from './names.ts'
import { programStatement } from './programs.ts'
import { rest } from './rest.ts'
import { dataType } from './types.ts'
import { utility } from './utility.ts'

/** CREATE of what holds code for later, and ALTER EVENT. The cursor stands at the kind. Spec: create-procedure; create-trigger; create-event. */
export function routine(c: Cursor): Utility {
  const aggregate = c.accept('AGGREGATE')
  const { keyword } = c.advance()
  ifExists(c)
  switch (keyword) {
    case 'FUNCTION':
      path(c)
      if (c.accept('RETURNS')) return loadable(c)
      return stored(c, 'create-function')
    case 'PROCEDURE':
      if (aggregate) throw c.refuse()
      path(c)
      return stored(c, 'create-procedure')
    case 'TRIGGER':
      return trigger(c)
    case 'EVENT':
      return event(c)
    default:
      // Packages are ORACLE mode's; they are not read.
      throw c.refuse()
  }
}

/** A function of a shared library. */
function loadable(c: Cursor): Utility {
  rest(c, (at) => at.is('SONAME'))
  c.expect('SONAME')
  if (c.token.type !== 'string') throw c.refuse()
  c.advance()
  return utility('create-function', ['ddl', 'admin', 'file', 'procedural'])
}

function stored(c: Cursor, kind: string): Utility {
  c.expect('(')
  if (!c.is(')')) {
    c.list(() => {
      if (c.is('IN') || c.is('OUT') || c.is('INOUT')) c.advance()
      name(c)
      dataType(c)
      if (c.accept('DEFAULT')) rest(c, (at) => at.is(',') || at.is(')'))
    })
  }
  c.expect(')')
  if (c.accept('RETURNS') || c.accept('RETURN')) dataType(c)
  characteristics(c)
  if (c.token.type === 'dollar' || c.token.type === 'string') {
    c.advance()
    return utility(kind, ['ddl'])
  }
  return body(c, kind)
}

/** COMMENT, LANGUAGE, DETERMINISTIC, SQL SECURITY … */
function characteristics(c: Cursor): void {
  for (;;) {
    if (c.accept('COMMENT')) c.advance()
    else if (c.accept('LANGUAGE')) language(c)
    else if (c.accept('NOT')) c.expect('DETERMINISTIC')
    else if (c.accept('CONTAINS') || c.accept('NO')) c.expect('SQL')
    else if (c.accept('READS') || c.accept('MODIFIES')) c.expect('SQL', 'DATA')
    else if (c.is('SQL') && c.peek().keyword === 'SECURITY') {
      c.expect('SQL', 'SECURITY')
      name(c)
    } else if (c.accept('USING')) c.parenthesised(() => path(c))
    else if (!c.accept('DETERMINISTIC') && !(c.accept('AS') || (c.isMaria && c.accept('AGGREGATE')))) return
  }
}

function language(c: Cursor): void {
  if (!c.accept('SQL')) name(c)
}

function trigger(c: Cursor): Utility {
  path(c)
  if (!c.accept('BEFORE')) c.expect('AFTER')
  if (!c.accept('INSERT') && !c.accept('UPDATE')) c.expect('DELETE')
  c.expect('ON')
  const table = path(c)
  c.expect('FOR', 'EACH', 'ROW')
  if (c.accept('FOLLOWS') || c.accept('PRECEDES')) path(c)
  const { inner } = body(c, '')
  return utility('create-trigger', ['ddl'], { relations: [write(table)], inner, runs: 'later' })
}

function event(c: Cursor): Utility {
  const kind = c.taken[0]?.keyword === 'ALTER' ? 'alter-event' : 'create-event'
  path(c)
  if (c.accept('ON', 'SCHEDULE')) schedule(c)
  if (c.accept('ON', 'COMPLETION')) {
    c.accept('NOT')
    c.expect('PRESERVE')
  }
  if (c.accept('RENAME')) {
    c.expect('TO')
    path(c)
  }
  if (!c.accept('ENABLE') && c.accept('DISABLE') && c.accept('ON') && !c.accept('SLAVE')) c.expect('REPLICA')
  if (c.accept('COMMENT')) string(c)
  return c.accept('DO') ? body(c, kind) : utility(kind, ['ddl'])
}

/** `AT time`, `EVERY 1 DAY STARTS … ENDS …`. */
function schedule(c: Cursor): void {
  if (c.accept('AT')) {
    expression(c)
    return
  }
  c.expect('EVERY')
  expression(c)
  unit(c)
  if (c.accept('STARTS')) expression(c)
  if (c.accept('ENDS')) expression(c)
}

function body(c: Cursor, kind: string): Utility {
  const inner: StatementNode[] = [programStatement(c)]
  return utility(kind, ['ddl'], { inner, runs: 'later' })
}
