import type { Path, StatementNode, Utility } from './ast.ts'
import { account } from './accounts.ts'
import { alterTable } from './alter-table.ts'
import type { Cursor } from './cursor.ts'
import { databaseOptions, isDatabaseOption } from './database-options.ts'
import { keyOptions, keyParts, keyType } from './keys.ts'
import { isName, name, nameOrString, path } from './names.ts'
import { query, startsQuery } from './queries.ts'
import { rest } from './rest.ts'
import { accounts } from './rights.ts'
import { routine } from './routines.ts'
import { createTable } from './create-table.ts'
import { utility } from './utility.ts'
import { waiting } from './waiting.ts'

/** CREATE of anything. Most kinds are read as far as kind and target. Spec: sql-data-definition-statements. */
export function create(c: Cursor): Utility {
  c.expect('CREATE')
  if (c.accept('OR')) c.expect('REPLACE')
  const view = modifiers(c)
  const { keyword } = c.token
  switch (keyword) {
    case 'TABLE':
      return createTable(c)
    case 'TEMPORARY':
      c.advance()
      if (c.isMaria && c.is('SEQUENCE')) return named(c, 'create-sequence')
      return createTable(c)
    case 'VIEW':
      return createView(c, 'create-view')
    case 'USER':
    case 'ROLE':
      c.advance()
      return accounts(c, `create-${keyword.toLowerCase()}`)
    case 'UNIQUE':
    case 'FULLTEXT':
    case 'SPATIAL':
    case 'INDEX':
    case 'VECTOR':
      return createIndex(c)
    case 'PROCEDURE':
    case 'FUNCTION':
    case 'TRIGGER':
    case 'EVENT':
    case 'AGGREGATE':
    case 'PACKAGE':
      return routine(c)
    default:
      if (view) throw c.refuse()
      return named(c, undefined)
  }
}

/** `DEFINER = …`, `ALGORITHM = …`, `SQL SECURITY …`. */
function modifiers(c: Cursor): boolean {
  let some = false
  for (;;) {
    if (c.accept('DEFINER')) {
      c.expect('=')
      account(c)
    } else if (c.accept('ALGORITHM')) {
      c.expect('=')
      name(c)
    } else if (c.is('SQL') && c.peek().keyword === 'SECURITY') {
      c.expect('SQL', 'SECURITY')
      name(c)
    } else return some
    some = true
  }
}

function createView(c: Cursor, kind: string): Utility {
  c.expect('VIEW')
  ifExists(c)
  const view = path(c)
  if (c.is('(')) c.parenthesised(() => name(c))
  c.expect('AS')
  if (!c.is('(') && !startsQuery(c)) throw c.refuse()
  const inner: StatementNode[] = [query(c)]
  if (c.accept('WITH')) {
    if (!c.accept('CASCADED')) c.accept('LOCAL')
    c.expect('CHECK', 'OPTION')
  }
  return utility(kind, ['ddl'], { relations: [write(view)], inner, runs: 'later' })
}

function createIndex(c: Cursor): Utility {
  if (!c.is('INDEX')) c.advance()
  c.expect('INDEX')
  ifExists(c)
  name(c)
  keyType(c)
  c.expect('ON')
  const table = path(c)
  keyParts(c)
  keyOptions(c)
  while (c.is('ALGORITHM') || c.is('LOCK')) {
    c.advance()
    c.accept('=')
    if (!c.accept('DEFAULT')) name(c)
  }
  waiting(c)
  return utility('create-index', ['ddl'], { relations: [write(table)] })
}

/** ALTER of anything. */
export function alter(c: Cursor): Utility {
  c.expect('ALTER')
  const online = c.isMaria && c.accept('ONLINE')
  c.accept('IGNORE')
  const view = modifiers(c)
  if (c.is('VIEW')) return createView(c, 'alter-view')
  if (c.is('EVENT')) return routine(c)
  if (c.is('USER') || c.is('ROLE')) return accounts(c, `alter-${c.advance().keyword.toLowerCase()}`)
  if (c.is('TABLE')) return alterTable(c)
  if (online || view) throw c.refuse()
  if (c.accept('INSTANCE')) {
    if (c.atEnd) throw c.refuse()
    rest(c)
    return utility('alter-instance', ['admin'])
  }
  if (c.is('DATABASE') || c.is('SCHEMA')) {
    c.advance()
    if (isName(c) && !isDatabaseOption(c)) name(c)
    if (c.atEnd) throw c.refuse()
    databaseOptions(c)
    return utility('alter-database', ['ddl'])
  }
  const { keyword } = c.token
  if (!OBJECTS.has(keyword)) throw c.refuse()
  const kind = objectKind(c)
  ifExists(c)
  const object = path(c)
  if (c.atEnd) throw c.refuse()
  rest(c)
  return utility(`alter-${kind}`, effectsOf(kind), kind === 'sequence' ? { relations: [write(object)] } : {})
}

/** DROP of anything. */
export function drop(c: Cursor): Utility {
  c.expect('DROP')
  const temporary = c.accept('TEMPORARY')
  const { keyword } = c.token
  if (keyword === 'TABLE' || keyword === 'TABLES' || keyword === 'VIEW' || (keyword === 'SEQUENCE' && c.isMaria)) {
    c.advance()
    ifExists(c)
    const relations = c.list(() => write(path(c)))
    if (!c.accept('RESTRICT')) c.accept('CASCADE')
    waiting(c)
    return utility(keyword === 'TABLES' ? 'drop-table' : `drop-${keyword.toLowerCase()}`, ['ddl'], { relations })
  }
  if (temporary) throw c.refuse()
  if (keyword === 'USER' || keyword === 'ROLE') {
    c.advance()
    return accounts(c, `drop-${keyword.toLowerCase()}`)
  }
  if (keyword === 'INDEX') {
    c.advance()
    ifExists(c)
    if (c.is('PRIMARY')) c.advance()
    else name(c)
    c.expect('ON')
    const table = path(c)
    rest(c)
    return utility('drop-index', ['ddl'], { relations: [write(table)] })
  }
  if (!OBJECTS.has(keyword)) throw c.refuse()
  const kind = objectKind(c)
  ifExists(c)
  if (kind === 'spatial-reference-system') c.advance()
  else if (kind === 'server') nameOrString(c)
  else path(c)
  if (TABLESPACES.has(kind)) rest(c)
  return utility(`drop-${kind}`, effectsOf(kind))
}

/** RENAME TABLE and RENAME USER. */
export function rename(c: Cursor): Utility {
  c.expect('RENAME')
  if (c.accept('USER')) {
    c.list(() => {
      account(c)
      c.expect('TO')
      account(c)
    })
    return utility('rename-user', ['dcl'])
  }
  if (!c.accept('TABLE')) c.expect('TABLES')
  ifExists(c)
  const relations = c.list(() => {
    const from = write(path(c))
    waiting(c)
    c.expect('TO')
    return [from, write(path(c))]
  })
  return utility('rename-table', ['ddl'], { relations: relations.flat() })
}

/** TRUNCATE empties a table. */
export function truncate(c: Cursor): Utility {
  c.expect('TRUNCATE')
  c.accept('TABLE')
  const table = path(c)
  waiting(c)
  return utility('truncate', ['write', 'ddl'], { relations: [write(table)] })
}

function named(c: Cursor, given: string | undefined): Utility {
  if (!OBJECTS.has(c.token.keyword)) throw c.refuse()
  const kind = objectKind(c)
  ifExists(c)
  let object: Path = []
  if (kind === 'spatial-reference-system') c.advance()
  else if (kind === 'server') nameOrString(c)
  else object = path(c)
  if (kind === 'database') databaseOptions(c)
  else rest(c)
  return utility(given ?? `create-${kind}`, effectsOf(kind), kind === 'sequence' ? { relations: [write(object)] } : {})
}

/** Takes the words of a kind of object. */
function objectKind(c: Cursor): string {
  const { keyword } = c.advance()
  if (keyword === 'SCHEMA') return 'database'
  if (keyword === 'RESOURCE') c.expect('GROUP')
  else if (keyword === 'LOGFILE') c.expect('GROUP')
  else if (keyword === 'UNDO') c.expect('TABLESPACE')
  else if (keyword === 'PACKAGE') c.accept('BODY')
  else if (keyword === 'SPATIAL') {
    c.expect('REFERENCE', 'SYSTEM')
    return 'spatial-reference-system'
  } else return keyword.toLowerCase()
  return SEVERAL_WORDS.get(keyword) ?? keyword.toLowerCase()
}

/** IF EXISTS, IF NOT EXISTS. */
export function ifExists(c: Cursor): void {
  if (c.is('IF') && (c.peek().keyword === 'EXISTS' || c.peek().keyword === 'NOT')) {
    c.advance()
    c.accept('NOT')
    c.expect('EXISTS')
  }
}

/** A relation that a definition concerns. */
export function write(relation: Path): { readonly path: Path; readonly access: 'write' } {
  return { path: relation, access: 'write' }
}

function effectsOf(kind: string): Utility['effects'] {
  if (kind === 'server') return ['ddl', 'network']
  return TABLESPACES.has(kind) ? ['ddl', 'admin', 'file'] : kind === 'resource-group' ? ['ddl', 'admin'] : ['ddl']
}

const OBJECTS: ReadonlySet<string> = new Set(
  'DATABASE SCHEMA SERVER TABLESPACE UNDO LOGFILE RESOURCE SEQUENCE PROCEDURE FUNCTION TRIGGER EVENT PACKAGE SPATIAL LIBRARY'.split(
    ' ',
  ),
)
const SEVERAL_WORDS: ReadonlyMap<string, string> = new Map([
  ['RESOURCE', 'resource-group'],
  ['LOGFILE', 'logfile-group'],
  ['UNDO', 'undo-tablespace'],
])
const TABLESPACES: ReadonlySet<string> = new Set(['tablespace', 'undo-tablespace', 'logfile-group'])
