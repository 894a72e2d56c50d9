import type { Finding, ParseFailure } from '@sallyport/core'

/** A text that the guard cannot read is refused by every policy: what it would do is not known. */
export function unreadable({ code, message }: ParseFailure): Finding {
  return { rule: 'unreadable', action: 'deny', message, hint: HINTS[code], statement: undefined, observed: false }
}

const HINTS: Readonly<Record<ParseFailure['code'], string>> = {
  syntax: 'The text does not parse as SQL of this server; mend the syntax and send it again.',
  encoding: 'Send text in valid UTF-8 without NUL bytes.',
  'too-large': 'Send a shorter text; large values belong in parameters or COPY.',
  'too-deep': 'Write the statement with less nesting.',
  'too-slow': 'Send a shorter or simpler text.',
}
