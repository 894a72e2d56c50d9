import type { Expression, SettingAssignment, Utility } from './ast.ts'
import { account } from './accounts.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { name, nameOrString, path, string } from './names.ts'
import { systemVariable } from './primary.ts'
import { setRole, setDefaultRole } from './rights.ts'
import { characteristics } from './transactions.ts'
import { utility } from './utility.ts'

/** SET in all its forms. Spec: set-variable; set-names; set-character-set; set-transaction; set-role; set-password. */
export function set(c: Cursor): Utility {
  c.expect('SET')
  if (c.isMaria && c.is('STATEMENT') && c.peek().keyword !== '=') return forStatement(c)
  if (c.is('ROLE') && !isAssignment(c)) return setRole(c)
  if (c.is('DEFAULT') && c.peek().keyword === 'ROLE') return setDefaultRole(c)
  if (c.is('RESOURCE') && c.peek().keyword === 'GROUP') return resourceGroup(c)
  if (c.is('TRANSACTION') && !isAssignment(c)) return transaction(c, undefined, true)
  if (SCOPES.has(c.token.keyword) && c.peek().keyword === 'TRANSACTION' && !['=', ':='].includes(c.peek(2).keyword)) {
    const scope = c.advance().keyword
    return transaction(c, scope === 'GLOBAL' ? 'global' : undefined, false)
  }
  const parts: SettingAssignment[] = []
  let rights = false
  do {
    if (c.is('PASSWORD') && !isOfVariable(c)) {
      password(c)
      rights = true
    } else parts.push(...part(c))
  } while (c.accept(','))
  return utility(rights ? 'set-password' : 'set', rights ? ['dcl'] : [], { settings: parts })
}

function part(c: Cursor): readonly SettingAssignment[] {
  if (c.token.type === 'variable') {
    const variableName = c.advance().text.toLowerCase()
    equals(c)
    return [{ target: 'user', scope: undefined, name: variableName, value: expression(c), local: false }]
  }
  if (c.is('@@')) {
    const { scope, name: variableName } = systemVariable(c)
    equals(c)
    return [setting(scope, variableName, value(c))]
  }
  if (c.is('NAMES')) return names(c)
  if (c.is('CHARACTER') || c.is('CHARSET') || (c.is('CHAR') && c.peek().keyword === 'SET')) return characterSet(c)
  const scope = SCOPES.has(c.token.keyword) && !isAssignment(c) ? c.advance().keyword.toLowerCase() : undefined
  if (c.isMaria && scope?.startsWith('persist') === true) throw c.refuse()
  const parts = c.is('DEFAULT') && c.peek().keyword === '.' ? [c.advance().text, ...behindPoint(c)] : path(c, 3)
  equals(c)
  const row = parts.length > 1 && /^(new|old)$/i.test(parts[0] ?? '')
  if (row || (c.inProgram && parts.length === 1 && scope === undefined)) {
    return [{ target: 'other', scope: undefined, name: parts.join('.').toLowerCase(), value: value(c), local: true }]
  }
  return [setting(scope, parts.join('.').toLowerCase(), value(c))]
}

function behindPoint(c: Cursor): readonly string[] {
  c.expect('.')
  return [name(c)]
}

function setting(scope: string | undefined, variableName: string, given: Expression | undefined): SettingAssignment {
  const wide = scope === undefined || scope === 'session' || scope === 'local' ? undefined : scope
  return { target: 'system', scope: wide, name: variableName, value: given, local: false }
}

/** What is given to a variable: some words are literals here. */
function value(c: Cursor): Expression | undefined {
  const { keyword } = c.token
  if (keyword === 'DEFAULT' && c.peek().keyword !== '(') {
    c.advance()
    return undefined
  }
  if (WORDS.has(keyword)) return { type: 'literal', kind: 'string', value: c.advance().text }
  const given = expression(c)
  // A bare word is a string here, not a column.
  if (given.type === 'column' && given.path.length === 1 && !c.inProgram) {
    return { type: 'literal', kind: 'string', value: given.path[0] ?? '' }
  }
  return given
}

function names(c: Cursor): readonly SettingAssignment[] {
  c.expect('NAMES')
  if (c.is('=')) throw c.refuse()
  if (c.accept('DEFAULT')) return [setting(undefined, 'names', undefined)]
  const charset = c.is('BINARY') ? c.advance().text : nameOrString(c)
  if (c.accept('COLLATE') && !c.accept('DEFAULT')) {
    if (!c.accept('BINARY')) nameOrString(c)
  }
  return [setting(undefined, 'names', { type: 'literal', kind: 'string', value: charset })]
}

function characterSet(c: Cursor): readonly SettingAssignment[] {
  if (!c.accept('CHARSET')) {
    c.advance()
    c.expect('SET')
  }
  if (c.accept('DEFAULT')) return [setting(undefined, 'character_set', undefined)]
  const charset = c.is('BINARY') ? c.advance().text : nameOrString(c)
  return [setting(undefined, 'character_set', { type: 'literal', kind: 'string', value: charset })]
}

/** `SET TRANSACTION READ ONLY`; without a scope it holds for the next transaction alone. */
function transaction(c: Cursor, scope: string | undefined, next: boolean): Utility {
  c.expect('TRANSACTION')
  const access = characteristics(c)
  if (access.empty) throw c.refuse()
  const settings: SettingAssignment[] =
    access.readOnly === undefined
      ? []
      : [
          {
            target: 'system',
            scope,
            name: 'transaction_read_only',
            value: { type: 'literal', kind: 'string', value: access.readOnly ? 'on' : 'off' },
            local: next,
          },
        ]
  return utility('set-transaction', scope === undefined ? ['transaction', 'session'] : ['transaction', 'admin'], {
    settings,
  })
}

function password(c: Cursor): void {
  c.expect('PASSWORD')
  if (c.accept('FOR')) account(c)
  if (c.accept('TO')) c.expect('RANDOM')
  else {
    equals(c)
    if (c.is('PASSWORD') || c.is('OLD_PASSWORD')) {
      c.advance()
      c.parenthesised(() => string(c))
    } else string(c)
  }
  if (c.accept('REPLACE')) string(c)
  if (c.accept('RETAIN')) c.expect('CURRENT', 'PASSWORD')
}

/** MariaDB's `SET STATEMENT a = 1 FOR SELECT …`. */
function forStatement(c: Cursor): Utility {
  c.expect('STATEMENT')
  const settings = c.list(() => {
    const variableName = name(c).toLowerCase()
    c.expect('=')
    return { ...setting(undefined, variableName, value(c)), local: true }
  })
  c.expect('FOR')
  return utility('set-statement', [], { settings })
}

function resourceGroup(c: Cursor): Utility {
  c.expect('RESOURCE', 'GROUP')
  name(c)
  if (c.accept('FOR')) c.list(() => expression(c))
  return utility('set-resource-group', ['session', 'admin'])
}

function isAssignment(c: Cursor): boolean {
  const { keyword } = c.peek()
  return keyword === '=' || keyword === ':='
}

/** A variable of a stored program, or a component's, that is called password. */
function isOfVariable(c: Cursor): boolean {
  return c.peek().keyword === '.'
}

function equals(c: Cursor): void {
  if (!c.accept(':=')) c.expect('=')
}

/** PERSIST is MySQL's; MariaDB refuses it. */
const SCOPES: ReadonlySet<string> = new Set(['GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY'])
/** Reserved words that are values of variables. */
const WORDS: ReadonlySet<string> = new Set(['ON', 'ALL', 'BINARY', 'ROW', 'SYSTEM'])
