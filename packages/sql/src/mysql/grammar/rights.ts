import type { Utility } from './ast.ts'
import { account } from './accounts.ts'
import type { Cursor } from './cursor.ts'
import { isName, name } from './names.ts'
import { rest } from './rest.ts'
import { utility } from './utility.ts'

// Statements about accounts and their rights: read as far as kind and, for GRANT and REVOKE, the object.

/** GRANT and REVOKE. Spec: grant; revoke. */
export function grant(c: Cursor): Utility {
  const kind = c.advance().keyword.toLowerCase()
  const end = kind === 'grant' ? 'TO' : 'FROM'
  if (c.atEnd) throw c.refuse()
  c.list(() => privilege(c, end))
  const relations: { path: readonly string[]; access: 'write' }[] = []
  if (c.accept('ON')) {
    const routine = c.acceptOneOf(OBJECTS)
    const parts: string[] = []
    if (!c.is('*') && !isName(c) && c.token.type !== 'string') throw c.refuse()
    do {
      if (c.accept('*')) parts.push('*')
      else if (isName(c)) parts.push(name(c))
      else break
    } while (c.accept('.'))
    const named = parts.at(-1) !== '*' && parts.length > 0 && (routine === undefined || routine === 'TABLE')
    if (named) relations.push({ path: parts, access: 'write' })
  }
  rest(c, (at) => at.is(end))
  // REVOKE ALL PRIVILEGES, GRANT OPTION FROM …; REVOKE … IGNORE UNKNOWN USER.
  c.expect(end)
  if (!isName(c) && c.token.type !== 'string' && !c.is('CURRENT_USER')) throw c.refuse()
  account(c)
  rest(c)
  return utility(kind, ['dcl'], { relations })
}

/** `SELECT (a, b)`, `CREATE TEMPORARY TABLES`, `GRANT OPTION`, `role@host`. */
function privilege(c: Cursor, end: string): void {
  const isWord = (): boolean => ['word', 'quoted', 'string'].includes(c.token.type) && !c.is('ON') && !c.is(end)
  if (!isWord()) throw c.refuse()
  // IF EXISTS, ADMIN OPTION FOR and DYNAMIC_PRIVILEGES are words like any other.
  while (isWord())
    if (c.advance().type === 'string' && c.token.type === 'word' && !c.is('ON') && !c.is(end)) throw c.refuse()
  if (c.token.type === 'variable') c.advance()
  if (c.is('(')) c.parenthesised(() => name(c))
}

/** SET ROLE. */
export function setRole(c: Cursor): Utility {
  return roles(c)
}

function roles(c: Cursor): Utility {
  c.expect('ROLE')
  if (!c.isMaria && c.accept('ALL')) {
    if (c.accept('EXCEPT')) c.list(() => account(c))
  } else if (!c.accept('NONE') && !c.accept('DEFAULT')) c.list(() => account(c))
  return utility('set-role', ['session', 'dcl'], {
    settings: [{ target: 'other', scope: undefined, name: 'role', value: { type: 'parameter' }, local: false }],
  })
}

/** SET DEFAULT ROLE. */
export function setDefaultRole(c: Cursor): Utility {
  c.expect('DEFAULT', 'ROLE')
  if (c.atEnd) throw c.refuse()
  rest(c, (at) => at.is('FOR') || at.is('TO'))
  if (c.isMaria) {
    if (c.accept('FOR')) account(c)
  } else {
    c.expect('TO')
    c.list(() => account(c))
  }
  return utility('set-default-role', ['dcl'])
}

/** CREATE, ALTER, DROP and RENAME of users and roles; the cursor stands behind USER or ROLE. */
export function accounts(c: Cursor, kind: string): Utility {
  if (c.accept('IF')) {
    c.accept('NOT')
    c.expect('EXISTS')
  }
  if (!isName(c) && c.token.type !== 'string' && !c.is('CURRENT_USER') && !c.is('CURRENT_ROLE')) throw c.refuse()
  account(c)
  rest(c)
  return utility(kind, ['dcl'])
}

const OBJECTS: ReadonlySet<string> = new Set(['TABLE', 'FUNCTION', 'PROCEDURE', 'PACKAGE', 'LIBRARY'])
