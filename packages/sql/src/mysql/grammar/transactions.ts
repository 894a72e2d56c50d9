import type { SettingAssignment, Utility } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { integer, isName, name, path } from './names.ts'
import { utility } from './utility.ts'
import { waiting } from './waiting.ts'

/** `ISOLATION LEVEL …`, `READ ONLY`. `readOnly` is undefined where neither was said. */
export function characteristics(c: Cursor): { readonly readOnly: boolean | undefined; readonly empty: boolean } {
  let readOnly: boolean | undefined
  let isolation = false
  for (;;) {
    if (!isolation && c.accept('ISOLATION')) {
      c.expect('LEVEL')
      isolation = true
      if (c.accept('READ')) {
        if (!c.accept('COMMITTED')) c.expect('UNCOMMITTED')
      } else if (c.accept('REPEATABLE')) c.expect('READ')
      else c.expect('SERIALIZABLE')
    } else if (readOnly === undefined && c.accept('READ')) {
      readOnly = c.accept('ONLY')
      if (!readOnly) c.expect('WRITE')
    } else throw c.refuse()
    if (!c.accept(',')) return { readOnly, empty: false }
  }
}

/** START TRANSACTION. Spec: commit. */
export function startTransaction(c: Cursor): Utility {
  c.expect('START', 'TRANSACTION')
  let readOnly: boolean | undefined
  if (!c.atEnd) {
    c.list(() => {
      if (c.accept('WITH')) c.expect('CONSISTENT', 'SNAPSHOT')
      else {
        c.expect('READ')
        readOnly = c.accept('ONLY')
        if (!readOnly) c.expect('WRITE')
      }
    })
  }
  const settings: SettingAssignment[] =
    readOnly === undefined
      ? []
      : [
          {
            target: 'system',
            scope: undefined,
            name: 'transaction_read_only',
            value: { type: 'literal', kind: 'string', value: readOnly ? 'on' : 'off' },
            local: true,
          },
        ]
  return utility('start-transaction', ['transaction'], { settings })
}

/** COMMIT and ROLLBACK. */
export function commit(c: Cursor): Utility {
  const kind = c.advance().keyword.toLowerCase()
  c.accept('WORK')
  if (kind === 'rollback' && c.accept('TO')) {
    c.accept('SAVEPOINT')
    name(c)
    return utility('rollback-to-savepoint', ['transaction'])
  }
  if (c.accept('AND')) {
    c.accept('NO')
    c.expect('CHAIN')
  }
  if (c.is('NO') || c.is('RELEASE')) {
    c.accept('NO')
    c.expect('RELEASE')
  }
  return utility(kind, ['transaction'])
}

/** BEGIN outside stored programs. */
export function begin(c: Cursor): Utility {
  c.expect('BEGIN')
  c.accept('WORK')
  return utility('begin', ['transaction'])
}

export function savepoint(c: Cursor): Utility {
  const release = c.accept('RELEASE')
  c.expect('SAVEPOINT')
  name(c)
  return utility(release ? 'release-savepoint' : 'savepoint', ['transaction'])
}

/** XA outlives sessions once prepared. Spec: xa-statements. */
export function xa(c: Cursor): Utility {
  c.expect('XA')
  const word = c.advance().keyword.toLowerCase()
  if (word === 'recover') {
    if (c.accept('CONVERT')) c.expect('XID')
    else if (c.isMaria && c.accept('FORMAT')) {
      c.expect('=')
      c.advance()
    }
    return utility('xa-recover', ['read', 'admin'])
  }
  const value = (): void => {
    if (c.token.type !== 'string' && c.token.type !== 'bytes') throw c.refuse()
    c.advance()
  }
  value()
  if (c.accept(',')) {
    value()
    if (c.accept(',')) {
      if (c.token.type === 'bytes') c.advance()
      else integer(c)
    }
  }
  if (word === 'start' || word === 'begin') {
    if (!c.accept('JOIN')) c.accept('RESUME')
  } else if (word === 'end') {
    if (c.accept('SUSPEND') && c.accept('FOR')) c.expect('MIGRATE')
  } else if (word === 'commit') {
    if (c.accept('ONE')) c.expect('PHASE')
  } else if (word !== 'prepare' && word !== 'rollback') throw c.refuse()
  return utility(
    `xa-${word}`,
    word === 'start' || word === 'begin' || word === 'end' ? ['transaction'] : ['transaction', 'write', 'admin'],
  )
}

/** LOCK TABLES ends the transaction. Spec: lock-tables. */
export function lockTables(c: Cursor): Utility {
  c.expect('LOCK')
  if (c.accept('INSTANCE')) {
    c.expect('FOR', 'BACKUP')
    return utility('lock-instance', ['admin'])
  }
  if (!c.accept('TABLES')) c.expect('TABLE')
  let writes = false
  const relations = c.list(() => {
    const table = path(c)
    if (c.accept('AS') || (isName(c) && !LOCKS.has(c.token.keyword))) name(c)
    const write = c.is('LOW_PRIORITY') || c.is('WRITE')
    if (write) {
      c.accept('LOW_PRIORITY')
      c.expect('WRITE')
      if (c.isMaria) c.accept('CONCURRENT')
      writes = true
    } else {
      c.expect('READ')
      c.accept('LOCAL')
    }
    return { path: table, access: 'read' as const }
  })
  waiting(c)
  return utility('lock-tables', writes ? ['session', 'transaction', 'write'] : ['session', 'transaction'], {
    relations,
  })
}

export function unlock(c: Cursor): Utility {
  c.expect('UNLOCK')
  if (c.accept('INSTANCE')) return utility('unlock-instance', ['admin'])
  if (!c.accept('TABLES')) c.expect('TABLE')
  return utility('unlock-tables', ['session', 'transaction'])
}

const LOCKS: ReadonlySet<string> = new Set(['READ', 'WRITE', 'LOW_PRIORITY'])
