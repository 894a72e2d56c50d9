import type { Path } from './ast.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from '../lexer/token.ts'

/** Whether a token can be a name where any name may stand. */
export function isName(c: Cursor, token: Token = c.token): boolean {
  if (token.type === 'quoted') return true
  return token.type === 'word' && (token.keyword === '' || !c.reading.reserved.has(token.keyword))
}

/** A name. */
export function name(c: Cursor): string {
  if (!isName(c)) throw c.refuse()
  return c.advance().text
}

/** A name in one to `most` parts. */
export function path(c: Cursor, most = 2): Path {
  const parts: string[] = []
  // `.t` is t of the current database; only MariaDB still takes it.
  if (c.isMaria && c.is('.') && most === 2) c.advance()
  parts.push(name(c))
  while (parts.length < most && c.is('.')) {
    c.advance()
    parts.push(name(c))
  }
  return parts
}

/** A name or a string, as character sets, engines and the like have it. */
export function nameOrString(c: Cursor): string {
  return c.token.type === 'string' ? c.advance().text : name(c)
}

/** A string. */
export function string(c: Cursor): string {
  if (c.token.type !== 'string') throw c.refuse()
  return c.advance().text
}

/** A whole number. */
export function integer(c: Cursor): number {
  if (c.token.type !== 'integer') throw c.refuse()
  return Number(c.advance().text)
}

/** An alias behind AS, or at once; a string may be one where `strings` says so. */
export function alias(c: Cursor, strings: boolean): string | undefined {
  if (c.accept('AS')) {
    if (strings && c.token.type === 'string') return c.advance().text
    return name(c)
  }
  if (strings && c.token.type === 'string') return c.advance().text
  if (!strings && c.is('WINDOW')) return undefined
  return isName(c) && !NEVER_ALIASES.has(c.token.keyword) ? c.advance().text : undefined
}

/** Words that are not reserved and yet begin what follows an expression. */
const NEVER_ALIASES: ReadonlySet<string> = new Set(['MEMBER', 'SOUNDS'])
