import type { Cursor } from './cursor.ts'
import { isName, nameOrString } from './names.ts'

/** `user`, `'user'@'host'`, CURRENT_USER. Spec: account-names. */
export function account(c: Cursor): void {
  if (c.accept('CURRENT_USER') || c.accept('CURRENT_ROLE')) {
    if (c.accept('(')) c.expect(')')
    return
  }
  if (!isName(c) && c.token.type !== 'string') throw c.refuse()
  nameOrString(c)
  if (c.token.type === 'variable') c.advance()
}
