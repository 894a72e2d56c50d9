import type { Assignment, Load } from './ast.ts'
import { assignments } from './changes.ts'
import type { Cursor } from './cursor.ts'
import { characterSet, fieldsAndLines } from './into.ts'
import { integer, name, path, string } from './names.ts'

/** LOAD DATA and LOAD XML. Spec: load-data; load-xml. */
export function load(c: Cursor): Load {
  c.expect('LOAD')
  const xml = c.accept('XML')
  if (!xml) c.expect('DATA')
  if (!c.accept('LOW_PRIORITY')) c.accept('CONCURRENT')
  c.accept('LOCAL')
  c.expect('INFILE')
  string(c)
  if (!c.accept('REPLACE')) c.accept('IGNORE')
  c.expect('INTO', 'TABLE')
  const table = path(c)
  if (c.accept('PARTITION')) c.parenthesised(() => name(c))
  characterSet(c)
  if (xml && c.accept('ROWS')) {
    c.expect('IDENTIFIED', 'BY')
    string(c)
  }
  fieldsAndLines(c)
  if (c.accept('IGNORE')) {
    integer(c)
    if (!c.accept('LINES')) c.expect('ROWS')
  }
  const columns: string[] = []
  const variables: string[] = []
  if (c.accept('(') && !c.accept(')')) {
    c.list(() => {
      if (c.token.type === 'variable') variables.push(c.advance().text.toLowerCase())
      else columns.push(path(c, 3).at(-1) ?? '')
    })
    c.expect(')')
  }
  const set: readonly Assignment[] = c.accept('SET') ? assignments(c) : []
  return { type: 'load', kind: xml ? 'load-xml' : 'load-data', table, columns, variables, assignments: set }
}
