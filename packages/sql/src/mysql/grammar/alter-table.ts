import type { Utility } from './ast.ts'
import { columnDefinition } from './column-definitions.ts'
import type { Cursor } from './cursor.ts'
import { ifExists, write } from './definitions.ts'
import { CONCATENATION, expression } from './expressions.ts'
import { constraint, isKey } from './keys.ts'
import { name, nameOrString, path } from './names.ts'
import { rest } from './rest.ts'
import { tableOption } from './table-options.ts'
import { utility } from './utility.ts'
import { waiting } from './waiting.ts'

type Relations = Utility['relations'][number][]

/** ALTER TABLE; the cursor stands at TABLE. Partitions are read as far as the tables they are exchanged with. Spec: alter-table. */
export function alterTable(c: Cursor): Utility {
  c.expect('TABLE')
  ifExists(c)
  const relations: Relations = [write(path(c))]
  waiting(c)
  if (!c.atEnd) {
    for (;;) {
      if (PARTITIONING.has(c.token.keyword) || (c.token.keyword !== '' && c.peek().keyword === 'PARTITION')) {
        partitioning(c, relations)
        break
      }
      action(c, relations)
      if (!c.accept(',') && (c.atEnd || !(PARTITIONING.has(c.token.keyword) || tableOption(c)))) break
      if (c.atEnd) break
    }
  }
  return utility('alter-table', ['ddl'], { relations })
}

function action(c: Cursor, relations: Relations): void {
  const { keyword } = c.token
  const rule = ACTIONS[keyword]
  if (rule !== undefined) {
    c.advance()
    rule(c, relations)
  } else if (!tableOption(c)) throw c.refuse()
}

function added(c: Cursor): void {
  if (isKey(c)) {
    constraint(c)
    return
  }
  if (c.isMaria && c.accept('SYSTEM')) {
    c.expect('VERSIONING')
    return
  }
  c.accept('COLUMN')
  ifExists(c)
  if (c.is('(')) {
    c.parenthesised(() => {
      if (isKey(c)) constraint(c)
      else column(c)
    })
  } else column(c)
  position(c)
}

function column(c: Cursor): void {
  name(c)
  columnDefinition(c)
}

function position(c: Cursor): void {
  if (c.accept('FIRST')) return
  if (c.accept('AFTER')) name(c)
}

function dropped(c: Cursor): void {
  if (c.accept('PRIMARY')) {
    c.expect('KEY')
    return
  }
  if (c.isMaria && c.accept('SYSTEM')) {
    c.expect('VERSIONING')
    return
  }
  if (c.isMaria && c.is('PERIOD') && c.peek().keyword === 'FOR') c.expect('PERIOD', 'FOR')
  else if (c.accept('FOREIGN')) c.expect('KEY')
  else if (!c.accept('INDEX') && !c.accept('KEY') && !c.accept('CONSTRAINT') && !c.accept('CHECK')) c.accept('COLUMN')
  ifExists(c)
  if (c.is('PRIMARY')) c.advance()
  else name(c)
  if (!c.accept('RESTRICT')) c.accept('CASCADE')
}

function altered(c: Cursor): void {
  const index = c.accept('INDEX') || c.accept('KEY')
  if (!index && (c.accept('CHECK') || c.accept('CONSTRAINT'))) {
    name(c)
    c.accept('NOT')
    c.expect('ENFORCED')
    return
  }
  if (!index) c.accept('COLUMN')
  ifExists(c)
  name(c)
  if (c.accept('DROP')) c.expect('DEFAULT')
  else if (c.accept('SET')) {
    if (c.accept('DEFAULT')) expression(c, CONCATENATION)
    else if (!c.accept('VISIBLE')) c.expect('INVISIBLE')
  } else {
    c.accept('NOT')
    if (!c.accept('VISIBLE') && !c.accept('INVISIBLE')) c.expect('IGNORED')
  }
}

function renamed(c: Cursor, relations: Relations): void {
  if (c.accept('COLUMN') || c.accept('INDEX') || c.accept('KEY')) {
    ifExists(c)
    name(c)
    c.expect('TO')
    name(c)
    return
  }
  if (!c.accept('TO') && !c.accept('AS')) c.accept('=')
  relations.push(write(path(c)))
}

/** Only the tables that change are looked for. */
function partitioning(c: Cursor, relations: Relations): void {
  rest(c, (at) => at.is('WITH') && at.peek().keyword === 'TABLE')
  if (!c.accept('WITH')) return
  c.expect('TABLE')
  relations.push(write(path(c)))
  rest(c)
}

function equals(c: Cursor): void {
  c.accept('=')
  if (!c.accept('DEFAULT')) name(c)
}

type Action = (c: Cursor, relations: Relations) => void

const ACTIONS: Readonly<Record<string, Action | undefined>> = Object.assign(Object.create(null) as object, {
  ADD: added,
  DROP: dropped,
  ALTER: altered,
  RENAME: renamed,
  MODIFY: (c: Cursor) => {
    c.accept('COLUMN')
    ifExists(c)
    column(c)
    position(c)
  },
  CHANGE: (c: Cursor) => {
    c.accept('COLUMN')
    ifExists(c)
    name(c)
    column(c)
    position(c)
  },
  ORDER: (c: Cursor) => {
    c.expect('BY')
    c.list(() => {
      path(c, 3)
      if (!c.accept('ASC')) c.accept('DESC')
    })
  },
  CONVERT: (c: Cursor) => {
    c.expect('TO')
    if (!c.accept('CHARSET')) {
      if (!c.accept('CHAR')) c.expect('CHARACTER')
      c.expect('SET')
    }
    if (!c.accept('DEFAULT') && !c.accept('BINARY')) nameOrString(c)
    if (c.accept('COLLATE') && !c.accept('DEFAULT')) nameOrString(c)
  },
  DISABLE: (c: Cursor) => c.expect('KEYS'),
  ENABLE: (c: Cursor) => c.expect('KEYS'),
  DISCARD: (c: Cursor) => c.expect('TABLESPACE'),
  IMPORT: (c: Cursor) => c.expect('TABLESPACE'),
  ALGORITHM: equals,
  LOCK: equals,
  FORCE: () => {},
  WITH: (c: Cursor) => c.expect('VALIDATION'),
  WITHOUT: (c: Cursor) => c.expect('VALIDATION'),
  SECONDARY_LOAD: () => {},
  SECONDARY_UNLOAD: () => {},
} satisfies Record<string, Action>)
const PARTITIONING: ReadonlySet<string> = new Set('PARTITION REMOVE COALESCE REORGANIZE EXCHANGE'.split(' '))
