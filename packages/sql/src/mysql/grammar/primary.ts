import type { Expression } from './ast.ts'
import { call, grammarFunction, isGrammarFunction } from './calls.ts'
import { caseOf } from './cases.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { grammarCall, intervalOf } from './intervals.ts'
import { isName, name, nameOrString, path } from './names.ts'
import { parenthesisedOperand, subqueryOnly } from './parentheses.ts'

/** An operand with what hangs on it: COLLATE, `->`. */
export function primary(c: Cursor): Expression {
  let value = operand(c)
  for (;;) {
    if (c.accept('COLLATE')) {
      if (!c.accept('BINARY')) nameOrString(c)
      value = { type: 'operation', name: 'COLLATE', operands: [value] }
    } else if (value.type === 'column' && (c.is('->') || c.is('->>'))) {
      c.advance()
      if (c.token.type !== 'string') throw c.refuse()
      c.advance()
      value = grammarCall('json_extract', [value])
    } else return value
  }
}

function operand(c: Cursor): Expression {
  const { token } = c
  switch (token.type) {
    case 'string':
      return strings(c)
    case 'introducer':
      c.advance()
      if (c.token.type === 'bytes') return literal(c, 'bytes')
      if (c.token.type !== 'string') throw c.refuse()
      return strings(c)
    case 'integer':
    case 'decimal':
    case 'float':
      return literal(c, 'number')
    case 'bytes':
      return literal(c, 'bytes')
    case 'parameter':
      c.advance()
      return { type: 'parameter' }
    case 'variable':
      return variable(c)
    case 'quoted':
      return named(c)
    case 'word':
      return word(c)
    case 'operator':
      return sign(c)
    case 'hint':
    case 'dollar':
    case 'end':
      break
  }
  throw c.refuse()
}

/** Strings side by side are one. */
function strings(c: Cursor): Expression {
  let value = c.advance().text
  while (c.token.type === 'string') value += c.advance().text
  return { type: 'literal', kind: 'string', value }
}

function literal(c: Cursor, kind: 'number' | 'bytes'): Expression {
  return { type: 'literal', kind, value: c.advance().text }
}

function variable(c: Cursor): Expression {
  const variableName = userVariable(c)
  if (!c.is(':=')) return { type: 'variable', name: variableName }
  c.advance()
  return { type: 'assignment', name: variableName, value: expression(c) }
}

function sign(c: Cursor): Expression {
  switch (c.token.keyword) {
    case '(':
      return parenthesisedOperand(c)
    case '@@':
      return systemVariable(c)
    case '.':
      return named(c)
    case '{': {
      // ODBC's escape: {d '2001-01-01'}, {fn now()}.
      c.advance()
      name(c)
      const value = expression(c)
      c.expect('}')
      return value
    }
    default:
      throw c.refuse()
  }
}

/** `@name`, in lower case; only MySQL's may have none. */
export function userVariable(c: Cursor): string {
  const variableName = c.advance().text.toLowerCase()
  if (c.isMaria && variableName === '') throw c.refuse()
  return variableName
}

/** `@@name`, `@@session.name`, `@@component.name`; where one is set, `@@default.name` of a key cache too. */
export function systemVariable(c: Cursor, target = false): Expression & { readonly type: 'system-variable' } {
  c.expect('@@')
  const scopes = target ? SET_SCOPES : SCOPES
  const isScope = (): boolean => scopes.has(c.token.text.toUpperCase()) && c.peek().keyword === '.'
  const scope = c.token.type === 'word' && isScope() ? c.advance().text.toLowerCase() : undefined
  if (scope !== undefined) c.expect('.')
  // One in quotes is none, and no name either. MariaDB knows two of them only as names, which no variable has.
  if (isScope() || (c.isMaria && scope?.startsWith('persist') === true)) throw c.refuse()
  if (scope === undefined && c.token.type === 'word' && !isVariableName(c, target, scopes)) throw c.refuse()
  let variableName = c.is('DEFAULT') ? c.advance().text : name(c)
  if (c.accept('.')) variableName += `.${name(c)}`
  if (c.is('.')) throw c.refuse()
  return { type: 'system-variable', scope, name: variableName.toLowerCase() }
}

/** Behind @@ a word is what it is whatever follows; reserved is only DEFAULT the name of something, a key cache. */
function isVariableName(c: Cursor, target: boolean, scopes: ReadonlySet<string>): boolean {
  const word = c.token.text.toUpperCase()
  if (word === 'DEFAULT') return target && c.peek().keyword === '.'
  return !c.reading.reserved.has(word) && (!scopes.has(word) || (c.isMaria && !SCOPES.has(word)))
}

function word(c: Cursor): Expression {
  const { token } = c
  switch (token.keyword) {
    case 'NULL':
      c.advance()
      return { type: 'literal', kind: 'null', value: '' }
    case 'TRUE':
    case 'FALSE':
      c.advance()
      return { type: 'literal', kind: 'boolean', value: token.keyword }
    case 'CASE':
      return caseOf(c)
    case 'EXISTS':
      c.advance()
      return { type: 'operation', name: 'EXISTS', operands: [subqueryOnly(c)] }
    case 'INTERVAL':
      return intervalOf(c)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (c.peek().type === 'string') {
        c.advance()
        return { type: 'literal', kind: 'temporal', value: c.advance().text }
      }
      break
    default:
  }
  if (isGrammarFunction(c)) return grammarFunction(c)
  if (isName(c) || (c.peek().keyword === '(' && RESERVED_FUNCTIONS.has(token.keyword))) return named(c)
  throw c.refuse()
}

/** A column, or a call of a function that is found by its name. */
function named(c: Cursor): Expression {
  const first = c.token
  if (c.peek().keyword !== '.' && !c.is('.')) {
    // A function word of the grammar that stands off its parenthesis is a name.
    if (c.peek().keyword === '(') return call(c, [c.advance().text], first.keyword === '' ? 'quoted' : 'word')
    if (!isName(c)) throw c.refuse(first)
    return { type: 'column', path: [c.advance().text] }
  }
  const parts = path(c, 3)
  if (c.is('(') && parts.length === 2) return call(c, parts, 'quoted')
  return { type: 'column', path: parts }
}

/** Reserved words that are functions before a parenthesis. */
const RESERVED_FUNCTIONS: ReadonlySet<string> = new Set(
  'CHAR DATABASE GROUPING IF INSERT LEFT MOD REPEAT REPLACE RIGHT SCHEMA'.split(' '),
)
/** Words between `@@` and a point, and those where a variable is set. */
const SCOPES: ReadonlySet<string> = new Set(['GLOBAL', 'SESSION', 'LOCAL'])
const SET_SCOPES: ReadonlySet<string> = new Set([...SCOPES, 'PERSIST', 'PERSIST_ONLY'])
