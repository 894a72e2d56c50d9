import type { Expression, Utility } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expressions.ts'
import { name } from './names.ts'
import { utility } from './utility.ts'

/** PREPARE. Spec: prepare. */
export function prepare(c: Cursor): Utility {
  c.expect('PREPARE')
  const statementName = name(c)
  c.expect('FROM')
  const text = source(c)
  return utility('prepare', ['session'], { session: { type: 'prepare', name: statementName.toLowerCase(), text } })
}

/** EXECUTE, and MariaDB's EXECUTE IMMEDIATE. Spec: execute; execute-immediate. */
export function execute(c: Cursor): Utility {
  c.expect('EXECUTE')
  if (c.isMaria && c.is('IMMEDIATE') && !c.atEndBehind) {
    c.advance()
    const text = source(c)
    return utility('execute-immediate', ['procedural'], {
      session: { type: 'execute-text', text },
      expressions: given(c),
    })
  }
  const statementName = name(c)
  return utility('execute', ['unknown'], {
    session: { type: 'execute', name: statementName.toLowerCase() },
    expressions: given(c),
  })
}

/** DEALLOCATE PREPARE. */
export function deallocate(c: Cursor): Utility {
  if (!c.accept('DEALLOCATE')) c.expect('DROP')
  c.expect('PREPARE')
  return utility('deallocate', ['session'], { session: { type: 'deallocate', name: name(c).toLowerCase() } })
}

/** MySQL takes a string or a variable; MariaDB any expression. */
function source(c: Cursor): Expression {
  if (c.isMaria) return expression(c)
  if (c.token.type === 'string') return { type: 'literal', kind: 'string', value: c.advance().text }
  if (c.token.type !== 'variable') throw c.refuse()
  return { type: 'variable', name: c.advance().text.toLowerCase() }
}

function given(c: Cursor): readonly Expression[] {
  return c.accept('USING') ? c.list(() => expression(c)) : []
}
