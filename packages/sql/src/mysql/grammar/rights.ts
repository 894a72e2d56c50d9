import type { Utility } from './ast.ts'
import { account } from './accounts.ts'
import type { Cursor } from './cursor.ts'
import { isName, name, nameOrString } from './names.ts'
import { utility } from './utility.ts'

// Statements about accounts and their rights: read as far as kind and, for GRANT and REVOKE, the object.

/** GRANT and REVOKE. Spec: grant; revoke. */
export function grant(c: Cursor): Utility {
  const kind = c.advance().keyword.toLowerCase()
  const end = kind === 'grant' ? 'TO' : 'FROM'
  if (kind === 'revoke') c.accept('IF', 'EXISTS')
  if (c.is('ADMIN') && c.peek().keyword === 'OPTION') c.expect('ADMIN', 'OPTION', 'FOR')
  c.list(() => privilege(c, end))
  const relations: { path: readonly string[]; access: 'write' }[] = []
  if (c.accept('ON')) {
    const object = objectOf(c)
    if (object !== undefined) relations.push({ path: object, access: 'write' })
  }
  c.expect(end)
  accountsWithOptions(c)
  return utility(kind, ['dcl'], { relations })
}

/** What rights are given on; undefined for all tables, for a routine and for an account (PROXY). */
function objectOf(c: Cursor): readonly string[] | undefined {
  const kind = c.acceptOneOf(OBJECTS)
  if (kind === 'PACKAGE') c.accept('BODY')
  if (c.token.type === 'string') {
    account(c)
    return undefined
  }
  const parts = [starOrName(c)]
  if (c.accept('.')) parts.push(starOrName(c))
  if (parts.length === 1 && c.token.type === 'variable') c.advance()
  return parts.at(-1) !== '*' && (kind === undefined || kind === 'TABLE') ? parts : undefined
}

function starOrName(c: Cursor): string {
  return c.accept('*') ? '*' : name(c)
}

/** `SELECT (a, b)`, `CREATE TEMPORARY TABLES`, `GRANT OPTION`, `role@host`: a known privilege, or one name. */
function privilege(c: Cursor, end: string): void {
  const words: string[] = []
  let isPlain = true
  while (['word', 'quoted', 'string'].includes(c.token.type) && !c.is('ON') && !c.is(end)) {
    isPlain = isName(c) || c.token.type === 'string'
    words.push(c.advance().keyword)
  }
  if (!PRIVILEGES.has(words.join(' ')) && !(words.length === 1 && isPlain)) throw c.refuse()
  if (c.token.type === 'variable') c.advance()
  if (c.is('(')) c.parenthesised(() => name(c))
}

/** SET ROLE. */
export function setRole(c: Cursor): Utility {
  return roles(c)
}

function roles(c: Cursor): Utility {
  c.expect('ROLE')
  if (c.isMaria) {
    if (!c.accept('NONE')) oneRole(c)
  } else if (c.accept('ALL')) {
    if (c.accept('EXCEPT')) c.list(() => role(c))
  } else if (!c.accept('NONE') && !c.accept('DEFAULT')) c.list(() => role(c))
  return utility('set-role', ['session', 'dcl'], {
    settings: [{ target: 'other', scope: undefined, name: 'role', value: { type: 'parameter' }, local: false }],
  })
}

/** A role of MySQL: an account with a name of its own. */
function role(c: Cursor): void {
  if (c.is('CURRENT_USER') || c.is('NONE')) throw c.refuse()
  account(c)
}

/** A role of MariaDB, which has no host. */
function oneRole(c: Cursor): void {
  if (c.accept('CURRENT_ROLE')) {
    if (c.accept('(')) c.expect(')')
  } else nameOrString(c)
}

/** SET DEFAULT ROLE. */
export function setDefaultRole(c: Cursor): Utility {
  c.expect('DEFAULT', 'ROLE')
  if (c.isMaria) {
    if (!c.accept('NONE')) oneRole(c)
    if (c.accept('FOR')) account(c)
  } else {
    if (!c.accept('NONE') && !c.accept('ALL')) c.list(() => role(c))
    c.expect('TO')
    c.list(() => role(c))
  }
  return utility('set-default-role', ['dcl'])
}

/** CREATE, ALTER, DROP and RENAME of users and roles; the cursor stands behind USER or ROLE. */
export function accounts(c: Cursor, kind: string): Utility {
  if (c.accept('IF')) {
    c.accept('NOT')
    c.expect('EXISTS')
  }
  accountsWithOptions(c)
  return utility(kind, ['dcl'])
}

/**
 * Accounts, how they are proved and what they may: read word by word, each of which some word before it allows. What the strings say is of no
 * concern here.
 */
function accountsWithOptions(c: Cursor): void {
  account(c)
  let before = 'START'
  while (!c.atEnd) {
    const word = optionWord(c)
    if (word === before) throw c.refuse()
    if (ACCOUNTS_FOLLOW.has(before) && word !== 'OPTION' && word !== 'ALL') {
      account(c)
      before = 'START'
      continue
    }
    const free = ANYTHING_FOLLOWS.has(before)
    if (word === '(') inParentheses(c)
    else if (!free && (FOLLOWED.get(before)?.has(word) === false || !OPTIONS.has(word))) throw c.refuse()
    else c.advance()
    before = word
  }
  if (FOLLOWED.has(before) && !MAY_END.has(before)) throw c.refuse()
}

function optionWord(c: Cursor): string {
  if (c.token.type === 'string' || c.token.type === 'bytes') return 'STRING'
  if (c.token.type === 'integer') return 'NUMBER'
  return c.token.keyword === '' ? 'NAME' : c.token.keyword
}

function inParentheses(c: Cursor): void {
  c.expect('(')
  while (!c.atEnd && !c.is(')')) c.advance()
  c.expect(')')
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))
/** What must come behind a word. */
const FOLLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'START',
    words(
      'IDENTIFIED REQUIRE WITH PASSWORD ACCOUNT COMMENT ATTRIBUTE FAILED_LOGIN_ATTEMPTS PASSWORD_LOCK_TIME DEFAULT , DISCARD ADD MODIFY DROP NUMBER AS IGNORE (',
    ),
  ],
  ['IDENTIFIED', words('BY WITH VIA')],
  ['BY', words('STRING RANDOM PASSWORD')],
  ['REQUIRE', words('NONE SSL X509 ISSUER SUBJECT CIPHER CURRENT')],
  ['ISSUER', words('STRING')],
  ['SUBJECT', words('STRING')],
  ['CIPHER', words('STRING')],
  ['ACCOUNT', words('LOCK UNLOCK')],
  [
    'EXPIRE',
    words('DEFAULT NEVER INTERVAL , PASSWORD ACCOUNT FAILED_LOGIN_ATTEMPTS PASSWORD_LOCK_TIME COMMENT ATTRIBUTE'),
  ],
  ['PASSWORD', words('EXPIRE HISTORY REUSE REQUIRE STRING ( OR AND , RETAIN REPLACE WITH ACCOUNT')],
  ['GRANT', words('OPTION')],
  ['COMMENT', words('STRING')],
  ['ATTRIBUTE', words('STRING')],
  [
    'STRING',
    words(
      'IDENTIFIED REQUIRE WITH PASSWORD ACCOUNT COMMENT ATTRIBUTE FAILED_LOGIN_ATTEMPTS PASSWORD_LOCK_TIME DEFAULT REPLACE RETAIN AND OR AS ISSUER SUBJECT CIPHER USING , IGNORE DISCARD VIA',
    ),
  ],
])
const MAY_END = words('START EXPIRE PASSWORD STRING')
const ACCOUNTS_FOLLOW = words(', ROLE EXCEPT ADMIN')
const ANYTHING_FOLLOWS = words('WITH VIA OR AS USING')
const OPTIONS: ReadonlySet<string> = new Set([
  ...words(
    'STRING NUMBER IDENTIFIED REQUIRE WITH PASSWORD ACCOUNT COMMENT ATTRIBUTE FAILED_LOGIN_ATTEMPTS PASSWORD_LOCK_TIME DEFAULT , DISCARD ADD MODIFY DROP NUMBER AS IGNORE',
  ),
  ...words(`BY VIA USING OR AND AS RANDOM REPLACE RETAIN CURRENT OLD FACTOR INITIATE REGISTRATION UNREGISTER FINISH SET CHALLENGE_RESPONSE AUTHENTICATION
    INITIAL NONE SSL X509 ISSUER SUBJECT CIPHER GRANT ADMIN OPTION MAX_QUERIES_PER_HOUR MAX_UPDATES_PER_HOUR MAX_CONNECTIONS_PER_HOUR MAX_USER_CONNECTIONS
    MAX_STATEMENT_TIME EXPIRE NEVER INTERVAL DAY HISTORY REUSE OPTIONAL LOCK UNLOCK UNBOUNDED ROLE ALL EXCEPT UNKNOWN USER CURRENT_USER CURRENT_ROLE
    ( )`),
])
/** Of more than one word, or reserved. Source: sql_yacc.yy of both servers, role_or_privilege. */
const PRIVILEGES: ReadonlySet<string> = new Set(
  `ALL|ALL PRIVILEGES|USAGE|EVENT|FILE|PROCESS|PROXY|RELOAD|SHUTDOWN|SUPER|ALTER|ALTER ROUTINE|CREATE|CREATE ROUTINE|CREATE ROLE|CREATE TABLESPACE|CREATE TEMPORARY TABLES|CREATE USER|CREATE VIEW|DELETE|
DELETE HISTORY|DELETE VERSIONING ROWS|DROP|DROP ROLE|EXECUTE|GRANT OPTION|INDEX|INSERT|LOCK TABLES|REFERENCES|REPLICATION CLIENT|REPLICATION SLAVE|
REPLICATION MASTER ADMIN|REPLICATION SLAVE ADMIN|REPLICA MONITOR|SELECT|SHOW DATABASES|SHOW VIEW|SHOW CREATE ROUTINE|TRIGGER|UPDATE|BINLOG ADMIN|
BINLOG MONITOR|BINLOG REPLAY|CONNECTION ADMIN|FEDERATED ADMIN|READ_ONLY ADMIN|READ ONLY ADMIN|SET USER|SLAVE MONITOR`
    .replaceAll('\n', '')
    .split('|'),
)
const OBJECTS: ReadonlySet<string> = new Set(['TABLE', 'FUNCTION', 'PROCEDURE', 'PACKAGE', 'LIBRARY'])
