import type { Effect } from '@sallyport/core'
import type { Expression, Path, Utility } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { ifExists } from './definitions.ts'
import { expression } from './expressions.ts'
import { isName, name, path, string } from './names.ts'
import { limitClause } from './order.ts'
import { rest } from './rest.ts'
import { utility } from './utility.ts'

/** CHECK, ANALYZE, OPTIMIZE, REPAIR and CHECKSUM TABLE. The cursor stands at the first word. Spec: table-maintenance-statements. */
export function maintenance(c: Cursor): Utility {
  const word = c.advance().keyword.toLowerCase()
  if (!c.accept('NO_WRITE_TO_BINLOG')) c.accept('LOCAL')
  if (c.isMaria && c.is('VIEW') && (word === 'check' || word === 'repair')) c.advance()
  else if (!c.accept('TABLE')) c.expect('TABLES')
  const access = word === 'checksum' ? 'read' : 'write'
  const relations = c.list(() => {
    const table = path(c)
    if (word === 'analyze' && c.isMaria && c.accept('PERSISTENT')) {
      c.expect('FOR')
      rest(c, (at) => at.is(','))
    }
    return { path: table, access } as const
  })
  maintenanceOptions(c)
  return utility(`${word}-table`, word === 'checksum' ? ['read'] : ['ddl'], { relations })
}

/** FOR UPGRADE, QUICK and the like; histograms. */
function maintenanceOptions(c: Cursor): void {
  if (!c.isMaria && (c.is('UPDATE') || c.is('DROP'))) {
    const updates = c.advance().keyword === 'UPDATE'
    c.expect('HISTOGRAM', 'ON')
    c.list(() => name(c))
    if (updates && c.accept('WITH')) {
      expression(c)
      c.expect('BUCKETS')
      if (c.acceptOneOf(UPDATES) !== undefined) c.expect('UPDATE')
    }
    if (updates && c.accept('USING')) c.expect('DATA')
    if (updates && c.token.type === 'string') string(c)
    return
  }
  while (!c.atEnd) if (c.acceptOneOf(CHECKS) === undefined) throw c.refuse()
}

/** HANDLER reads a table row by row, past everything that looks at SELECT. Spec: handler. */
export function handler(c: Cursor): Utility {
  c.expect('HANDLER')
  const table = path(c)
  const relations = [{ path: table, access: 'read' as const }]
  if (c.accept('OPEN')) {
    if (c.accept('AS')) name(c)
    else if (isName(c)) name(c)
    return utility('handler-open', ['session', 'read'], { relations })
  }
  if (c.accept('CLOSE')) return utility('handler-close', ['session'])
  c.expect('READ')
  const expressions: Expression[] = []
  if (!c.accept('FIRST') && !c.accept('NEXT')) {
    name(c)
    if (c.acceptOneOf(STEPS) === undefined) {
      if (c.acceptOneOf(COMPARISONS) === undefined) throw c.refuse()
      expressions.push(...c.parenthesised(() => expression(c)))
    }
  }
  if (c.accept('WHERE')) expressions.push(expression(c))
  limitClause(c)
  // The name is an alias of an earlier statement; which table it reads, the text does not say.
  return utility('handler-read', ['read', 'unknown'], { relations, expressions })
}

/** CALL runs what the text does not show. */
export function callProcedure(c: Cursor): Utility {
  c.expect('CALL')
  const calls: Path = path(c, c.isMaria ? 3 : 2)
  let expressions: Expression[] = []
  if (c.accept('(') && !c.accept(')')) {
    expressions = c.list(() => expression(c))
    c.expect(')')
  }
  return utility('call', ['procedural'], { calls, expressions })
}

/** DO computes and throws the result away. */
export function doStatement(c: Cursor): Utility {
  c.expect('DO')
  const expressions = c.list(() => {
    const value = expression(c)
    if (c.accept('AS')) name(c)
    return value
  })
  return utility('do', ['read'], { expressions })
}

/** USE changes what unqualified names mean. */
export function use(c: Cursor): Utility {
  c.expect('USE')
  const database = name(c)
  return utility('use', ['session'], {
    settings: [
      {
        target: 'other',
        scope: undefined,
        name: 'database',
        value: { type: 'literal', kind: 'string', value: database },
        local: false,
      },
    ],
  })
}

/** KILL ends other people's sessions and statements. */
export function kill(c: Cursor): Utility {
  c.expect('KILL')
  if (c.isMaria && !c.accept('HARD')) c.accept('SOFT')
  if (!c.accept('CONNECTION') && c.accept('QUERY') && c.isMaria) c.accept('ID')
  const expressions: Expression[] = []
  if (c.isMaria && c.accept('USER')) rest(c)
  else expressions.push(expression(c))
  return utility('kill', ['admin'], { expressions })
}

/** HELP looks a topic up. */
export function help(c: Cursor): Utility {
  c.expect('HELP')
  if (c.token.type === 'string') string(c)
  else name(c)
  return utility('help', ['read'])
}

/** SIGNAL, RESIGNAL and GET DIAGNOSTICS. */
export function diagnostics(c: Cursor): Utility {
  const word = c.advance().keyword
  if (word === 'GET') {
    if (!c.accept('CURRENT')) c.accept('STACKED')
    c.expect('DIAGNOSTICS')
    diagnosticsItems(c)
  } else {
    if (c.accept('SQLSTATE')) {
      c.accept('VALUE')
      string(c)
    } else if (isName(c)) name(c)
    else if (word === 'SIGNAL') throw c.refuse()
    if (c.accept('SET')) c.list(() => assignment(c))
  }
  return utility(
    word === 'GET' ? 'get-diagnostics' : word.toLowerCase(),
    word === 'GET' ? ['session', 'read'] : ['procedural'],
  )
}

/** `[CONDITION n] target = item, …`. */
function diagnosticsItems(c: Cursor): void {
  if (c.accept('CONDITION')) expression(c)
  c.list(() => {
    if (c.token.type === 'variable') c.advance()
    else name(c)
    c.expect('=')
    name(c)
  })
}

/** `name = value`. */
function assignment(c: Cursor): void {
  name(c)
  c.expect('=')
  expression(c)
}

/** INSTALL and UNINSTALL of plugins and components. Spec: install-plugin; install-component. */
function installation(c: Cursor): Utility {
  const installs = c.is('INSTALL')
  c.advance()
  if (c.accept('SONAME')) string(c)
  else if (c.accept('COMPONENT')) {
    c.list(() => string(c))
    if (installs && c.accept('SET')) rest(c)
  } else {
    c.expect('PLUGIN')
    ifExists(c)
    name(c)
    if (installs) {
      c.expect('SONAME')
      string(c)
    }
  }
  return installs ? utility('install', ['admin', 'file', 'procedural']) : utility('uninstall', ['admin'])
}

/** Statements of which the kind is all that is read: the first words, and what they do. */
export function administrative(c: Cursor): Utility | undefined {
  if (c.is('FLUSH')) return flush(c)
  if (c.is('PURGE')) return purge(c)
  if (c.is('INSTALL') || c.is('UNINSTALL')) return installation(c)
  const found = ADMINISTRATIVE.find(({ words }) =>
    words.every((word, index) => (index === 0 ? c.token : c.peek(index)).keyword === word),
  )
  if (found === undefined || (found.maria === true && !c.isMaria)) return undefined
  c.expect(...found.words)
  if (found.more === true && c.atEnd) throw c.refuse()
  if (found.more === false && !c.atEnd) throw c.refuse()
  rest(c)
  return utility(found.kind, found.effects)
}

/** FLUSH of tables, logs, caches. Spec: flush. */
function flush(c: Cursor): Utility {
  c.expect('FLUSH')
  if (!c.accept('NO_WRITE_TO_BINLOG')) c.accept('LOCAL')
  const relations: { readonly path: Path; readonly access: 'read' }[] = []
  if (c.accept('TABLES') || c.accept('TABLE')) {
    if (isName(c)) relations.push(...c.list(() => ({ path: path(c), access: 'read' as const })))
    if (c.accept('WITH')) {
      c.expect('READ', 'LOCK')
      if (c.isMaria && c.accept('AND')) c.expect('DISABLE', 'CHECKPOINT')
    } else if (c.accept('FOR')) c.expect('EXPORT')
  } else {
    c.list(() => {
      if (c.acceptOneOf(LOGS) !== undefined) c.expect('LOGS')
      else if (c.accept('QUERY')) c.expect('CACHE')
      else if (c.isMaria && c.accept('SSL')) return
      else if (!isName(c)) throw c.refuse()
      else if (name(c).toUpperCase() === 'RELAY' && c.accept('LOGS') && c.accept('FOR')) rest(c, (at) => at.is(','))
    })
  }
  return utility('flush', ['admin'], { relations })
}

/** PURGE BINARY LOGS. */
function purge(c: Cursor): Utility {
  c.expect('PURGE')
  if (!c.accept('MASTER')) c.expect('BINARY')
  c.expect('LOGS')
  if (c.accept('TO')) string(c)
  else {
    c.expect('BEFORE')
    expression(c)
  }
  return utility('purge', ['admin', 'file'])
}

interface Administrative {
  readonly words: readonly string[]
  readonly kind: string
  readonly effects: readonly Effect[]
  /** Whether more must follow, or must not; undefined where it may. */
  readonly more: boolean | undefined
  readonly maria: boolean | undefined
}

const administer = (
  words: string,
  effects: readonly Effect[] = ['admin'],
  more?: boolean,
  maria?: boolean,
): Administrative => ({
  words: words.split(' '),
  kind: words.toLowerCase().replaceAll(' ', '-'),
  effects,
  more,
  maria,
})
/** Longer beginnings stand before shorter ones. */
const ADMINISTRATIVE: readonly Administrative[] = [
  administer('RESET PERSIST'),
  administer('RESET QUERY CACHE', ['admin'], false),
  administer('RESET', ['admin'], true),
  administer('CHANGE MASTER', ['admin', 'network'], true),
  administer('CHANGE REPLICATION', ['admin', 'network'], true),
  administer('START REPLICA', ['admin', 'network']),
  administer('START SLAVE', ['admin', 'network']),
  administer('START ALL', ['admin', 'network'], true, true),
  administer('STOP REPLICA'),
  administer('STOP SLAVE'),
  administer('STOP ALL', ['admin'], true, true),
  administer('START GROUP_REPLICATION', ['admin', 'network']),
  administer('STOP GROUP_REPLICATION', ['admin', 'network'], false),
  administer('SHUTDOWN'),
  administer('RESTART', ['admin'], false),
  administer('CLONE', ['admin', 'network', 'file'], true),
  administer('IMPORT TABLE', ['ddl', 'file'], true),
  administer('BINLOG', ['admin', 'write', 'unknown'], true),
  administer('CACHE INDEX', ['admin'], true),
  administer('LOAD INDEX INTO CACHE', ['admin'], true),
  administer('BACKUP', ['admin'], true, true),
]
const UPDATES: ReadonlySet<string> = new Set(['AUTO', 'MANUAL'])
const CHECKS: ReadonlySet<string> = new Set([
  'FOR',
  'UPGRADE',
  'QUICK',
  'FAST',
  'MEDIUM',
  'EXTENDED',
  'CHANGED',
  'USE_FRM',
  'FORCE',
  'FROM',
  'MYSQL',
])
const LOGS: ReadonlySet<string> = new Set(['BINARY', 'ENGINE', 'ERROR', 'GENERAL', 'SLOW'])
const STEPS: ReadonlySet<string> = new Set(['FIRST', 'NEXT', 'PREV', 'LAST'])
const COMPARISONS: ReadonlySet<string> = new Set(['=', '<=', '>=', '<', '>'])
