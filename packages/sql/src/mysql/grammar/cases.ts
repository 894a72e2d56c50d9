import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'

/** `CASE [value] WHEN … THEN … [ELSE …] END`. Operands: what is looked at, then conditions and results in turn, then the ELSE. */
export function caseOf(c: Cursor): Expression {
  c.expect('CASE')
  const operands: Expression[] = []
  const searched = c.is('WHEN')
  if (!searched) operands.push(expression(c))
  do {
    c.expect('WHEN')
    operands.push(expression(c))
    c.expect('THEN')
    operands.push(expression(c))
  } while (c.is('WHEN'))
  const otherwise = c.accept('ELSE')
  if (otherwise) operands.push(expression(c))
  c.expect('END')
  return { type: 'operation', name: searched ? 'CASE' : 'CASE OF', operands }
}
