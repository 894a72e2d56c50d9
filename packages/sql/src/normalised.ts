import type { Dialect } from '@sallyport/core'

/**
 * A text with its literals as `?`, its comments gone and its blanks as one: what statements of one fingerprint look like, for people who read
 * them. It goes by the characters alone, so it has an answer for any text; nothing may be decided by it. MySQL's double quotes are taken for strings, and
 * its executable comments are kept.
 */
export function normalisedText(text: string, dialect: Dialect): string {
  const pieces = dialect === 'postgres' ? POSTGRES : MYSQL
  let result = ''
  let at = 0
  while (at < text.length) {
    pieces.lastIndex = at
    const piece = pieces.exec(text)
    const { literal, dollar, blank } = piece?.groups ?? {}
    const length = dollar === undefined ? (piece?.[0].length ?? 1) : dollarQuoted(text, at, dollar)
    if (literal !== undefined || dollar !== undefined) result += '?'
    else if (blank !== undefined) result += result === '' || result.endsWith(' ') ? '' : ' '
    else if (text.startsWith('/*', at) && dialect === 'postgres') {
      at = endOfComment(text, at)
      result += result === '' || result.endsWith(' ') ? '' : ' '
      continue
    } else result += text.slice(at, at + length)
    at += length
  }
  return result.trim().replaceAll(/\?(?: ?, ?\?)+/g, '?')
}

/** Where a dollar-quoted string ends; one that does not end takes the rest. */
function dollarQuoted(text: string, start: number, tag: string): number {
  const end = text.indexOf(tag, start + tag.length)
  return end < 0 ? text.length - start : end + tag.length - start
}

/** Comments of PostgreSQL nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('/*', at)) {
      depth++
      at++
    } else if (text.startsWith('*/', at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

const NUMBER = String.raw`(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$])`
const POSTGRES = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n\r]*)`,
    String.raw`(?<literal>[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)|\$\d+|${NUMBER})`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)`,
    String.raw`(?:[uU]&)?"(?:[^"]|"")*(?:"|$)`,
    String.raw`[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*`,
  ].join('|'),
  'y',
)
const MYSQL = new RegExp(
  [
    String.raw`(?<blank>\s+|--(?=\s|$)[^\n]*|#[^\n]*|/\*(?!!|M!)[^]*?(?:\*/|$))`,
    String.raw`(?<literal>(?:[bBxXnN])?'(?:[^'\\]|\\[^]|'')*(?:'|$)|"(?:[^"\\]|\\[^]|"")*(?:"|$)|\?|${NUMBER})`,
    '`(?:[^`]|``)*(?:`|$)',
    String.raw`/\*M?!\d*`,
    String.raw`[A-Za-z_$@\x80-\uffff][\w$\x80-\uffff]*`,
  ].join('|'),
  'y',
)
