import type { ParseFailure } from '@sallyport/core'

/** What the grammar says about a text that it does not accept. */
export interface Refusal {
  readonly message: string
  /** Position in characters, from 1; 0 when not known. */
  readonly character: number
}

/**
 * The grammar's refusal as a failure. The offending token is quoted only when it is short and no literal: an unterminated string
 * would otherwise carry the rest of the text, values included, into logs.
 */
export function describeRefusal(refusal: Refusal, text: string): ParseFailure {
  const position = refusal.character > 0 ? utf16Offset(text, refusal.character - 1) : undefined
  const quoted = / at or near "([^]*)"$/.exec(refusal.message)
  const cause = quoted === null ? refusal.message : refusal.message.slice(0, quoted.index)
  if (/^(memory exhausted|stack depth limit exceeded)/.test(cause)) {
    return { code: 'too-deep', message: 'the statement nests too deeply', position }
  }
  const token = quoted?.[1]
  const near = token !== undefined && token.length <= MAX_TOKEN_LENGTH && /^([a-z_]\w*|[^\w\s'"$\\]+)$/i.test(token)
  return {
    code: 'syntax',
    message: near ? `${cause} at or near "${token}"` : KNOWN_CAUSE.test(cause) ? cause : 'syntax error',
    position,
  }
}

/** The UTF-16 offset of a character, counted in code points from 0. */
function utf16Offset(text: string, character: number): number {
  let offset = 0
  for (let seen = 0; seen < character && offset < text.length; seen += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xff_ff ? 2 : 1
  }
  return offset
}

const MAX_TOKEN_LENGTH = 40
/** Messages of the grammar quote names of options and functions; what quotes anything else is cut to its kind. */
const KNOWN_CAUSE = /^[^"']*$/
