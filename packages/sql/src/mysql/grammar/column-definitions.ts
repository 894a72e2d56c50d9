import type { Cursor } from './cursor.ts'
import { CONCATENATION, expression } from './expressions.ts'
import { constraint, isKey, references } from './keys.ts'
import { integer, name, nameOrString, string } from './names.ts'
import { dataType } from './types.ts'

/** A column or a key of CREATE TABLE. Spec: create-table. */
export function tableElement(c: Cursor): void {
  if (isKey(c)) constraint(c)
  else {
    ifNotExists(c)
    name(c)
    columnDefinition(c)
  }
}

/** The type of a column and what follows it. */
export function columnDefinition(c: Cursor): void {
  dataType(c)
  while (attribute(c));
}

function attribute(c: Cursor): boolean {
  switch (c.token.keyword) {
    case 'NOT':
      c.advance()
      if (!c.accept('SECONDARY')) c.expect('NULL')
      return true
    case 'DEFAULT':
      c.advance()
      defaultValue(c)
      return true
    case 'ON':
      c.expect('ON', 'UPDATE')
      expression(c, CONCATENATION)
      return true
    case 'PRIMARY':
      c.expect('PRIMARY', 'KEY')
      return true
    case 'UNIQUE':
      c.advance()
      c.accept('KEY')
      return true
    case 'COMMENT':
    case 'ENGINE_ATTRIBUTE':
    case 'SECONDARY_ENGINE_ATTRIBUTE':
      c.advance()
      c.accept('=')
      string(c)
      return true
    case 'COLLATE':
      c.advance()
      if (!c.accept('BINARY')) nameOrString(c)
      return true
    case 'GENERATED':
      c.expect('GENERATED', 'ALWAYS', 'AS')
      generated(c)
      return true
    case 'AS':
      c.advance()
      generated(c)
      return true
    case 'REFERENCES':
      references(c)
      return true
    case 'CONSTRAINT':
    case 'CHECK':
      constraint(c)
      return true
    case 'COLUMN_FORMAT':
    case 'STORAGE':
      c.advance()
      if (!c.accept('DEFAULT')) name(c)
      return true
    case 'SRID':
    case 'REF_SYSTEM_ID':
      c.advance()
      c.accept('=')
      integer(c)
      return true
    case 'SERIAL':
      c.expect('SERIAL', 'DEFAULT', 'VALUE')
      return true
    case 'WITH':
    case 'WITHOUT':
      if (!c.isMaria || c.peek().keyword !== 'SYSTEM') return false
      c.advance()
      c.expect('SYSTEM', 'VERSIONING')
      return true
    default:
      return c.acceptOneOf(PLAIN) !== undefined || engineOption(c)
  }
}

/** MariaDB's engines have attributes of their own: `name = value`. */
export function engineOption(c: Cursor): boolean {
  if (!c.isMaria || c.token.type === 'operator' || c.peek().keyword !== '=') return false
  name(c)
  c.expect('=')
  if (c.token.type === 'string' || c.token.type === 'integer' || c.is('DEFAULT')) c.advance()
  else name(c)
  return true
}

function defaultValue(c: Cursor): void {
  expression(c, CONCATENATION)
}

function generated(c: Cursor): void {
  if (c.isMaria && c.accept('ROW')) {
    if (!c.accept('START')) c.expect('END')
    return
  }
  c.expect('(')
  expression(c)
  c.expect(')')
}

function ifNotExists(c: Cursor): void {
  if (c.accept('IF')) c.expect('NOT', 'EXISTS')
}

const PLAIN: ReadonlySet<string> = new Set(
  'NULL AUTO_INCREMENT KEY VISIBLE INVISIBLE VIRTUAL STORED PERSISTENT COMPRESSED'.split(' '),
)
