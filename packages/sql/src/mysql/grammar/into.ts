import type { Into } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { isName, name, nameOrString, string } from './names.ts'

/** `INTO OUTFILE …`, `INTO DUMPFILE …`, `INTO @a, b`. Spec: select-into. */
export function intoClause(c: Cursor): Into {
  c.expect('INTO')
  if (c.accept('DUMPFILE')) {
    string(c)
    return { type: 'file' }
  }
  if (c.accept('OUTFILE')) {
    string(c)
    characterSet(c)
    fieldsAndLines(c)
    return { type: 'file' }
  }
  const names = c.list(() => {
    if (c.token.type === 'variable') return c.advance().text.toLowerCase()
    if (!isName(c)) throw c.refuse()
    return name(c)
  })
  return { type: 'variables', names }
}

/** `CHARACTER SET x`. */
export function characterSet(c: Cursor): void {
  if (!c.accept('CHARACTER', 'SET') && !c.accept('CHARSET') && !c.accept('CHAR', 'SET')) return
  if (!c.accept('BINARY')) nameOrString(c)
}

/** `FIELDS TERMINATED BY … LINES STARTING BY …`. */
export function fieldsAndLines(c: Cursor): void {
  if (c.accept('FIELDS') || c.accept('COLUMNS')) {
    let some = false
    for (;;) {
      if (c.accept('OPTIONALLY')) c.expect('ENCLOSED')
      else if (!c.accept('TERMINATED') && !c.accept('ENCLOSED') && !c.accept('ESCAPED')) break
      separator(c)
      some = true
    }
    if (!some) throw c.refuse()
  }
  if (c.accept('LINES')) {
    let some = false
    while (c.accept('TERMINATED') || c.accept('STARTING')) {
      separator(c)
      some = true
    }
    if (!some) throw c.refuse()
  }
}

function separator(c: Cursor): void {
  c.expect('BY')
  if (c.token.type !== 'string' && c.token.type !== 'bytes') throw c.refuse()
  c.advance()
}
