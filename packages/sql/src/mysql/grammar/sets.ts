import type { Expression, SettingAssignment, Utility } from './ast.ts'
import { account } from './accounts.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { name, nameOrString, path, string } from './names.ts'
import { systemVariable, userVariable } from './primary.ts'
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
    if (c.isMaria && scope.startsWith('PERSIST')) throw c.refuse()
    return transaction(c, scope === 'GLOBAL' ? 'global' : undefined, false)
  }
  const parts: SettingAssignment[] = []
  let rights = false
  do {
    if (c.is('PASSWORD') && !isOfVariable(c)) {
      // MySQL's stands alone.
      if (!c.isMaria && (rights || parts.length > 0)) throw c.refuse()
      password(c)
      rights = true
      if (!c.isMaria) break
    } else parts.push(...part(c))
  } while (c.accept(','))
  return utility(rights ? 'set-password' : 'set', rights ? ['dcl'] : [], { settings: parts })
}

function part(c: Cursor): readonly SettingAssignment[] {
  if (c.token.type === 'variable') {
    const variableName = userVariable(c)
    equals(c)
    return [{ target: 'user', scope: undefined, name: variableName, value: expression(c), local: false }]
  }
  if (c.is('@@')) {
    const { scope, name: variableName } = systemVariable(c, true)
    equals(c)
    return [setting(scope, variableName, value(c))]
  }
  if (c.is('NAMES')) return names(c)
  if (c.is('CHARACTER') || (c.is('CHARSET') && !isAssignment(c)) || (c.is('CHAR') && c.peek().keyword === 'SET'))
    return characterSet(c)
  const scope = SCOPES.has(c.token.keyword) && !isAssignment(c) ? c.advance().keyword.toLowerCase() : undefined
  if (c.isMaria && scope?.startsWith('persist') === true) throw c.refuse()
  const parts = variablePath(c)
  equals(c)
  const row = parts.length > 1 && /^(new|old)$/i.test(parts[0] ?? '')
  if (row || (c.inProgram && parts.length === 1 && scope === undefined)) {
    return [{ target: 'other', scope: undefined, name: parts.join('.').toLowerCase(), value: value(c), local: true }]
  }
  return [setting(scope, parts.join('.').toLowerCase(), value(c))]
}

/** `name`, `component.name`, `default.name` of a key cache. A scope is the name of nothing, though MariaDB reads one. */
function variablePath(c: Cursor): readonly string[] {
  const isScope = SCOPES.has(c.token.text.toUpperCase())
  const isFirst = c.peek().keyword === '.'
  if (isScope && (isFirst ? !c.token.text.toUpperCase().startsWith('PERSIST') : !c.isMaria && c.token.type === 'word'))
    throw c.refuse()
  const first = c.is('DEFAULT') && isFirst ? c.advance().text : name(c)
  return c.accept('.') ? [first, name(c)] : [first]
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
  const charset = c.accept('DEFAULT') ? undefined : charsetName(c)
  if (charset === undefined && !(c.isMaria && c.is('COLLATE'))) return [setting(undefined, 'names', undefined)]
  if (c.accept('COLLATE') && !(c.isMaria && c.accept('DEFAULT'))) {
    if (!c.accept('BINARY')) nameOrString(c)
  }
  if (charset === undefined) return [setting(undefined, 'names', undefined)]
  return [setting(undefined, 'names', { type: 'literal', kind: 'string', value: charset })]
}

function characterSet(c: Cursor): readonly SettingAssignment[] {
  if (!c.accept('CHARSET')) {
    c.advance()
    c.expect('SET')
  }
  if (c.accept('DEFAULT')) return [setting(undefined, 'character_set', undefined)]
  const charset = charsetName(c)
  return [setting(undefined, 'character_set', { type: 'literal', kind: 'string', value: charset })]
}

function charsetName(c: Cursor): string {
  // N'…' is a string with a character set of its own.
  if (c.token.type === 'string' && /^n/i.test(c.text.slice(c.token.start, c.token.start + 1))) throw c.refuse()
  return c.is('BINARY') ? c.advance().text : nameOrString(c)
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
  if (!c.isMaria && c.accept('TO')) c.expect('RANDOM')
  else {
    equals(c)
    if (c.isMaria && (c.is('PASSWORD') || c.is('OLD_PASSWORD'))) {
      c.advance()
      c.parenthesised(() => string(c))
    } else string(c)
  }
  if (c.isMaria) return
  if (c.accept('REPLACE')) string(c)
  if (c.accept('RETAIN')) c.expect('CURRENT', 'PASSWORD')
}

/** MariaDB's `SET STATEMENT a = 1 FOR SELECT …`. */
function forStatement(c: Cursor): Utility {
  c.expect('STATEMENT')
  const settings = c.list(() => {
    const variableName = path(c).join('.').toLowerCase()
    equals(c)
    return { ...setting(undefined, variableName, value(c)), local: true }
  })
  c.expect('FOR')
  return utility('set-statement', [], { settings })
}

function resourceGroup(c: Cursor): Utility {
  if (c.isMaria) throw c.refuse()
  c.expect('RESOURCE', 'GROUP')
  name(c)
  if (c.accept('FOR')) {
    // The comma between two threads may be left out.
    do number(c)
    while (c.accept(',') || !c.atEnd)
  }
  return utility('set-resource-group', ['session', 'admin'])
}

function number(c: Cursor): void {
  if (c.token.type !== 'integer' && c.token.type !== 'bytes') throw c.refuse()
  c.advance()
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
