import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { integer, isName, name, nameOrString, path, string } from './names.ts'

/** Whether a key or a constraint begins here, not a column. */
export function isKey(c: Cursor): boolean {
  if (c.is('PERIOD')) return c.isMaria && c.peek().keyword === 'FOR'
  if (c.is('VECTOR')) return c.peek().keyword === 'INDEX' || c.peek().keyword === 'KEY'
  return KEYS.has(c.token.keyword)
}

/** PRIMARY KEY, UNIQUE, INDEX, FULLTEXT, FOREIGN KEY, CHECK. Spec: create-table. */
export function constraint(c: Cursor): void {
  if (c.accept('PERIOD')) {
    c.expect('FOR')
    name(c)
    c.parenthesised(() => name(c))
    return
  }
  if (c.accept('CONSTRAINT') && isName(c)) name(c)
  if (c.is('REFERENCES')) {
    references(c)
    return
  }
  if (c.accept('CHECK')) {
    c.expect('(')
    expression(c)
    c.expect(')')
    if (!c.isMaria && c.is('NOT') && c.peek().keyword === 'ENFORCED') c.expect('NOT', 'ENFORCED')
    else if (!c.isMaria) c.accept('ENFORCED')
    return
  }
  if (c.accept('FOREIGN')) {
    c.expect('KEY')
    named(c)
    c.parenthesised(() => name(c))
    references(c)
    return
  }
  if (c.accept('PRIMARY')) c.expect('KEY')
  else if (!c.accept('INDEX') && !c.accept('KEY')) {
    if (!c.accept('UNIQUE') && !c.accept('FULLTEXT') && !c.accept('SPATIAL')) c.expect('VECTOR')
    if (!c.accept('INDEX')) c.accept('KEY')
  }
  named(c)
  keyType(c)
  keyParts(c)
  keyOptions(c)
}

/** `(a, b(10) DESC, (lower(c)))`. */
export function keyParts(c: Cursor): void {
  c.parenthesised(() => {
    if (c.is('(')) {
      c.advance()
      expression(c)
      c.expect(')')
    } else {
      name(c)
      if (c.accept('(')) {
        integer(c)
        c.expect(')')
      }
    }
    if (c.isMaria && c.accept('WITHOUT')) c.expect('OVERLAPS')
    if (!c.accept('ASC')) c.accept('DESC')
  })
}

/** USING BTREE, COMMENT 'x', WITH PARSER p, INVISIBLE … */
export function keyOptions(c: Cursor): void {
  for (;;) {
    if (c.accept('KEY_BLOCK_SIZE')) {
      c.accept('=')
      integer(c)
    } else if (c.accept('COMMENT')) string(c)
    else if (c.accept('WITH')) {
      c.expect('PARSER')
      name(c)
    } else if (c.accept('ENGINE_ATTRIBUTE') || c.accept('SECONDARY_ENGINE_ATTRIBUTE')) {
      c.accept('=')
      string(c)
    } else if (c.isMaria && c.is('NOT') && c.peek().keyword === 'IGNORED') c.expect('NOT', 'IGNORED')
    else if (c.isMaria && c.token.type !== 'operator' && c.peek().keyword === '=') {
      name(c)
      c.expect('=')
      if (c.token.type === 'integer' || c.is('DEFAULT')) c.advance()
      else nameOrString(c)
    } else if (!keyType(c) && c.acceptOneOf(VISIBILITY) === undefined) return
  }
}

/** `USING BTREE`. */
export function keyType(c: Cursor): boolean {
  if (!c.accept('USING') && !c.accept('TYPE')) return false
  if (!c.accept('BTREE') && !c.accept('HASH')) c.expect('RTREE')
  return true
}

/** `REFERENCES t (a) ON DELETE CASCADE`. */
export function references(c: Cursor): void {
  c.expect('REFERENCES')
  path(c)
  if (c.is('(')) c.parenthesised(() => name(c))
  if (c.accept('MATCH') && !c.accept('FULL') && !c.accept('PARTIAL')) c.expect('SIMPLE')
  while (c.is('ON') && (c.peek().keyword === 'DELETE' || c.peek().keyword === 'UPDATE')) {
    c.advance()
    c.advance()
    if (c.accept('SET')) {
      if (!c.accept('NULL')) c.expect('DEFAULT')
    } else if (c.accept('NO')) c.expect('ACTION')
    else if (!c.accept('RESTRICT')) c.expect('CASCADE')
  }
}

function named(c: Cursor): void {
  if (c.accept('IF')) c.expect('NOT', 'EXISTS')
  if (isName(c) && !(c.is('TYPE') && c.peek().keyword !== '(')) name(c)
}

const KEYS: ReadonlySet<string> = new Set(
  'CONSTRAINT PRIMARY UNIQUE INDEX KEY FULLTEXT SPATIAL FOREIGN CHECK'.split(' '),
)
const VISIBILITY: ReadonlySet<string> = new Set(['VISIBLE', 'INVISIBLE', 'IGNORED'])
