import type { StatementNode } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { isName, name, nameOrString, path } from './names.ts'
import { statement } from './statements.ts'
import { utility } from './utility.ts'

/** ANALYZE TABLE, as against MariaDB's ANALYZE of a statement, which runs it. */
export function isTableMaintenance(c: Cursor): boolean {
  if (!c.isMaria) return true
  const next = c.peek().keyword
  return next === 'TABLE' || next === 'TABLES' || next === 'NO_WRITE_TO_BINLOG' || next === 'LOCAL'
}

/** EXPLAIN and DESCRIBE of a table, a statement or a connection; MariaDB's ANALYZE. Spec: explain. */
export function explain(c: Cursor): StatementNode {
  let analyze = c.advance().keyword === 'ANALYZE'
  let into: string | undefined
  if (!c.isMaria && c.accept('ANALYZE')) analyze = true
  if (c.is('FORMAT') && c.peek().keyword === '=') {
    c.expect('FORMAT', '=')
    nameOrString(c)
  } else if (c.is('EXTENDED') || c.is('PARTITIONS') || (c.is('ALL') && c.isMaria)) c.advance()
  if (!c.isMaria && c.accept('INTO')) {
    if (c.token.type !== 'variable') throw c.refuse()
    into = c.advance().text.toLowerCase()
  }
  if (c.accept('FOR')) {
    if (c.accept('CONNECTION')) {
      expression(c)
      return utility('explain', ['read', 'admin'])
    }
    if (c.isMaria) throw c.refuse()
    if (!c.accept('SCHEMA')) c.expect('DATABASE')
    name(c)
  }
  if (isName(c)) return describe(c)
  if (!c.is('(') && !EXPLAINABLE.has(c.token.keyword)) throw c.refuse()
  return { type: 'explain', analyze, statement: statement(c), into }
}

function describe(c: Cursor): StatementNode {
  const table = path(c)
  if (!c.atEnd) nameOrString(c)
  return utility('describe', ['read'], { relations: [{ path: table, access: 'read' }] })
}

const EXPLAINABLE: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'TABLE',
  'VALUES',
  'INSERT',
  'REPLACE',
  'UPDATE',
  'DELETE',
])
