import type { Cursor } from './cursor.ts'
import { integer } from './names.ts'

/** MariaDB's NOWAIT and WAIT n behind the table of a definition. */
export function waiting(c: Cursor): void {
  if (!c.isMaria || c.accept('NOWAIT')) return
  if (c.accept('WAIT')) integer(c)
}
