import type { Cursor } from './cursor.ts'

/**
 * Takes what is left of a statement of which only kind and targets are read; parentheses must balance. Stops before a semicolon and, outside
 * parentheses, before a token that `stop` knows.
 */
export function rest(c: Cursor, stop: (c: Cursor) => boolean = () => false): void {
  let open = 0
  while (!c.atEnd) {
    if (open === 0 && stop(c)) return
    if (c.is('(')) open += 1
    else if (c.is(')')) {
      if (open === 0) throw c.refuse()
      open -= 1
    }
    c.advance()
  }
  if (open > 0) throw c.refuse()
}
