import type { DestinationStream } from 'pino'

/**
 * A log whose lines show what is in them, whoever chose it: JSON leaves characters as they are that colour a terminal, end a line in some programs, or
 * turn the direction of what follows. They are escaped, which says the same in JSON.
 */
export function logLines(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(line.replaceAll(UNSEEN, escaped)) }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// C1 control characters, separators of lines and paragraphs, marks of direction.
// oxlint-disable-next-line eslint/no-control-regex -- control characters are what it looks for
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
