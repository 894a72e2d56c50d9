import type { Expression, Utility } from './ast.ts'
import { account } from './accounts.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { integer, isName, name, nameOrString, path, string } from './names.ts'
import { limitClause } from './order.ts'
import { utility } from './utility.ts'

/** SHOW in all its forms. Spec: show. */
export function show(c: Cursor): Utility {
  c.expect('SHOW')
  c.accept('EXTENDED')
  c.accept('FULL')
  if (c.is('COUNT') && c.peek().keyword === '(') {
    c.expect('COUNT', '(', '*', ')')
    if (!c.accept('WARNINGS')) c.expect('ERRORS')
    return utility('show-warnings', ['read'])
  }
  if (SCOPES.has(c.token.keyword)) c.advance()
  if (c.is('STORAGE') || (c.is('AUTHORS') && c.isMaria)) c.advance()
  const { keyword } = c.token
  const rule = RULES[keyword]
  if (rule !== undefined) {
    c.advance()
    return rule(c)
  }
  // MariaDB's information schema plugins bring statements of their own.
  if (PLAIN.has(keyword)) {
    c.advance()
    return utility(`show-${keyword.toLowerCase()}`, ['read'], { expressions: filter(c) })
  }
  throw c.refuse()
}

type Rule = (c: Cursor) => Utility

/** `FROM schema LIKE … ` or `WHERE …`. */
function filtered(kind: string): Rule {
  return (c) => {
    inSchema(c)
    return utility(kind, ['read'], { expressions: filter(c) })
  }
}

function inSchema(c: Cursor): void {
  if (c.accept('FROM') || c.accept('IN')) name(c)
}

function filter(c: Cursor): readonly Expression[] {
  if (c.accept('LIKE')) {
    string(c)
    return []
  }
  return c.accept('WHERE') ? [expression(c)] : []
}

function ofTable(kind: string): Rule {
  return (c) => {
    if (!c.accept('FROM')) c.expect('IN')
    let table = path(c)
    if (c.accept('FROM') || c.accept('IN')) table = [name(c), table.at(-1) ?? '']
    return utility(kind, ['read'], { relations: [{ path: table, access: 'read' }], expressions: filter(c) })
  }
}

function limited(kind: string): Rule {
  return (c) => {
    limitClause(c)
    return utility(kind, ['read'])
  }
}

function create(c: Cursor): Utility {
  const { keyword } = c.advance()
  if (keyword === 'DATABASE' || keyword === 'SCHEMA') {
    if (c.accept('IF')) c.expect('NOT', 'EXISTS')
    name(c)
  } else if (keyword === 'USER') {
    if (!c.atEnd) account(c)
  } else if (keyword === 'PACKAGE') {
    c.accept('BODY')
    path(c)
  } else if (CREATED.has(keyword)) {
    const object = path(c)
    if (keyword === 'TABLE' || keyword === 'VIEW') {
      return utility('show-create', ['read'], { relations: [{ path: object, access: 'read' }] })
    }
  } else throw c.refuse()
  return utility('show-create', ['read'])
}

function routineStatus(c: Cursor): Utility {
  if (c.accept('CODE')) path(c)
  else c.expect('STATUS')
  return utility('show-routine-status', ['read'], { expressions: filter(c) })
}

function engine(c: Cursor): Utility {
  if (!c.accept('ALL')) nameOrString(c)
  if (!c.accept('STATUS') && !c.accept('MUTEX')) c.expect('LOGS')
  return utility('show-engine', ['read'])
}

function logEvents(c: Cursor): Utility {
  if (c.isMaria && c.token.type === 'string') string(c)
  c.expect('EVENTS')
  if (c.accept('IN')) string(c)
  if (c.accept('FROM')) integer(c)
  limitClause(c)
  channel(c)
  return utility('show-binlog-events', ['read', 'admin'])
}

function channel(c: Cursor): void {
  if (c.accept('FOR')) {
    c.expect('CHANNEL')
    string(c)
  }
}

function replica(c: Cursor): Utility {
  if (c.accept('HOSTS') || c.accept('STATUS')) {
    channel(c)
    return utility('show-replica-status', ['read'])
  }
  if (c.isMaria && c.token.type === 'string') string(c)
  c.expect('STATUS')
  return utility('show-replica-status', ['read'])
}

const tables = filtered('show-tables')
const columns = ofTable('show-columns')
const indexes = ofTable('show-indexes')
const RULES: Readonly<Record<string, Rule | undefined>> = Object.assign(Object.create(null) as object, {
  TABLES: tables,
  TABLE: (c: Cursor) => {
    if (c.isMaria && c.is('TYPES')) c.advance()
    c.expect('STATUS')
    return filtered('show-table-status')(c)
  },
  TRIGGERS: filtered('show-triggers'),
  EVENTS: filtered('show-events'),
  OPEN: (c: Cursor) => {
    c.expect('TABLES')
    return filtered('show-open-tables')(c)
  },
  COLUMNS: columns,
  FIELDS: columns,
  INDEX: indexes,
  INDEXES: indexes,
  KEYS: indexes,
  DATABASES: filtered('show-databases'),
  SCHEMAS: filtered('show-databases'),
  STATUS: filtered('show-status'),
  VARIABLES: filtered('show-variables'),
  COLLATION: filtered('show-collation'),
  CHARSET: filtered('show-character-set'),
  CHARACTER: (c: Cursor) => {
    c.expect('SET')
    return filtered('show-character-set')(c)
  },
  CREATE: create,
  PROCEDURE: routineStatus,
  FUNCTION: routineStatus,
  PACKAGE: (c: Cursor) => {
    c.accept('BODY')
    return routineStatus(c)
  },
  LIBRARY: routineStatus,
  ENGINE: engine,
  GRANTS: (c: Cursor) => {
    if (c.accept('FOR')) {
      account(c)
      if (!c.isMaria && c.accept('USING')) c.list(() => account(c))
    }
    return utility('show-grants', ['read'])
  },
  WARNINGS: limited('show-warnings'),
  ERRORS: limited('show-errors'),
  BINARY: (c: Cursor) => {
    if (!c.accept('LOGS') && !c.accept('STATUS')) {
      c.expect('LOG')
      c.expect('STATUS')
    }
    return utility('show-binary-logs', ['read'])
  },
  BINLOG: (c: Cursor) => (c.isMaria && c.accept('STATUS') ? utility('show-binary-logs', ['read']) : logEvents(c)),
  RELAYLOG: logEvents,
  MASTER: (c: Cursor) => {
    if (!c.accept('LOGS')) c.expect('STATUS')
    return utility('show-binary-logs', ['read'])
  },
  REPLICA: replica,
  SLAVE: replica,
  REPLICAS: () => utility('show-replicas', ['read']),
  ALL: (c: Cursor) => {
    if (!c.accept('SLAVES')) c.expect('REPLICAS')
    c.expect('STATUS')
    return utility('show-replica-status', ['read'])
  },
  PROFILE: (c: Cursor) => {
    while (isName(c) && !c.is('FOR') && !c.is('LIMIT')) {
      c.advance()
      c.accept(',')
      c.accept('FAULTS')
    }
    if (c.accept('FOR')) {
      c.expect('QUERY')
      integer(c)
    }
    limitClause(c)
    return utility('show-profile', ['read'])
  },
  PARSE_TREE: (c: Cursor) => {
    throw c.refuse()
  },
  EXPLAIN: (c: Cursor) => {
    c.expect('FOR')
    expression(c)
    return utility('show-explain', ['read'])
  },
  PLUGINS: (c: Cursor) => {
    if (c.accept('SONAME')) string(c)
    else return utility('show-plugins', ['read'], { expressions: filter(c) })
    return utility('show-plugins', ['read'])
  },
} satisfies Record<string, Rule>)
const PLAIN: ReadonlySet<string> = new Set(
  'ENGINES PRIVILEGES PROCESSLIST PROFILES CONTRIBUTORS AUTHORS LOCALES USER_STATISTICS CLIENT_STATISTICS INDEX_STATISTICS TABLE_STATISTICS'.split(
    ' ',
  ),
)
const SCOPES: ReadonlySet<string> = new Set(['GLOBAL', 'SESSION', 'LOCAL'])
const CREATED: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'PROCEDURE',
  'FUNCTION',
  'TRIGGER',
  'EVENT',
  'SEQUENCE',
  'SERVER',
  'LIBRARY',
])
