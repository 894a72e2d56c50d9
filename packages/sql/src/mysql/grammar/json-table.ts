import type { Expression, TableReference } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { jsonFallbacks } from './grammar-functions.ts'
import { alias, name, string } from './names.ts'
import { dataType } from './types.ts'

/** `JSON_TABLE(document, path COLUMNS (…)) alias`. Spec: json-table-functions. */
export function jsonTable(c: Cursor): TableReference {
  c.expect('JSON_TABLE', '(')
  const document = expression(c)
  c.expect(',')
  if (c.token.type === 'parameter') c.advance()
  else string(c)
  columns(c)
  c.expect(')')
  const named = alias(c, false)
  if (named === undefined) throw c.refuse()
  return { type: 'json-table', document, alias: named }
}

function columns(c: Cursor): void {
  c.deeper(() => {
    c.expect('COLUMNS')
    c.parenthesised(() => {
      if (c.accept('NESTED')) {
        c.accept('PATH')
        string(c)
        columns(c)
        return
      }
      name(c)
      if (c.accept('FOR')) {
        c.expect('ORDINALITY')
        return
      }
      dataType(c)
      c.accept('EXISTS')
      c.expect('PATH')
      string(c)
      const unused: Expression[] = []
      jsonFallbacks(c, unused)
    })
  })
}
