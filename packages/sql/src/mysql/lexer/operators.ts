import type { Reading } from './dialect.ts'

/** The operator or punctuation at an offset; undefined for a character that is neither. */
export function operatorAt(text: string, at: number, { flavour }: Reading): string | undefined {
  const one = text[at] ?? ''
  if (!SIGNS.has(one)) return undefined
  const three = text.slice(at, at + 3)
  if (three === '<=>' || (three === '->>' && flavour === 'mysql')) return three
  const two = three.slice(0, 2)
  // Of these signs MySQL takes as many as stand together, and knows only those pairs.
  if (flavour === 'mysql' && COMPARING.has(one) && COMPARING.has(two[1] ?? '') && !PAIRS.has(two)) return undefined
  if (two === '->') return flavour === 'mysql' ? two : one
  return PAIRS.has(two) ? two : one
}

const COMPARING: ReadonlySet<string> = new Set('=<>!')
const SIGNS: ReadonlySet<string> = new Set('()+-*/%=<>!|&^~,;:{}[]')
const PAIRS: ReadonlySet<string> = new Set(['<=', '>=', '<>', '!=', '<<', '>>', '||', '&&', ':='])
