import type { Reading } from './dialect.ts'
import { isDigit } from './characters.ts'

/** What begins with slash and asterisk at an offset. */
export type LongComment =
  /** Code that runs; `end` is where it begins. */
  | { readonly type: 'code'; readonly end: number }
  /** Nothing to the server; `end` is behind it. */
  | { readonly type: 'space'; readonly end: number }
  | { readonly type: 'unclosed' }

/** Reads the long comment that begins at `start`. Source: MY_LEX_LONG_COMMENT of sql_lex.cc in both servers. */
export function longComment(text: string, start: number, reading: Reading): LongComment {
  const maria = reading.flavour === 'mariadb' && text.charCodeAt(start + 2) === 77 && text.charCodeAt(start + 3) === 33 // 'M!'
  if (!maria && text.charCodeAt(start + 2) !== 33) return skipped(text, start + 2, 0) // '!'
  const at = start + (maria ? 4 : 3)
  const digits = versionDigits(text, at)
  if (digits === 0) return { type: 'code', end: at }
  const version = Number(text.slice(at, at + digits))
  return runs(version, maria, reading) ? { type: 'code', end: at + digits } : skipped(text, at, 1)
}

/** The version is five digits or six; fewer are not one. */
function versionDigits(text: string, at: number): number {
  for (let index = 0; index < 5; index += 1) if (!isDigit(text.charCodeAt(at + index))) return 0
  return isDigit(text.charCodeAt(at + 5)) ? 6 : 5
}

/** MariaDB leaves out what is marked for MySQL 5.7 and newer, unless it is marked as MariaDB's. */
function runs(version: number, maria: boolean, { flavour, version: server }: Reading): boolean {
  if (version > server) return false
  return flavour === 'mysql' || maria || version < 50_700 || version > 99_999
}

/** A plain comment ends at the first sign of an end; one that is left out may hold plain ones. */
function skipped(text: string, from: number, nesting: 0 | 1): LongComment {
  let at = from
  while (at < text.length) {
    const close = text.indexOf('*/', at)
    if (close === -1) return { type: 'unclosed' }
    const open = nesting === 0 ? -1 : text.indexOf('/*', at)
    if (open === -1 || open >= close) return { type: 'space', end: close + 2 }
    const inner = text.indexOf('*/', open + 2)
    if (inner === -1) return { type: 'unclosed' }
    at = inner + 2
  }
  return { type: 'unclosed' }
}
