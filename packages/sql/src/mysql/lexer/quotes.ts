/** What stands between quotes, and the offset behind the closing one. */
export interface Quoted {
  readonly value: string
  readonly end: number
}

/**
 * Reads what a quote at `start` begins; a doubled quote stands for itself. Undefined without a closing one.
 *
 * @param escapes whether a backslash takes the character behind it along
 */
export function quoted(text: string, start: number, escapes: boolean): Quoted | undefined {
  const quote = text.charCodeAt(start)
  let at = start + 1
  let from = at
  let value = ''
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH && escapes) {
      if (at + 1 >= text.length) return undefined
      value += text.slice(from, at) + escaped(text[at + 1] ?? '')
      at += 2
      from = at
    } else if (code !== quote) at += 1
    else if (text.charCodeAt(at + 1) === quote) {
      value += text.slice(from, at + 1)
      at += 2
      from = at
    } else return { value: value + text.slice(from, at), end: at + 1 }
  }
  return undefined
}

/** `\%` and `\_` keep their backslash, for LIKE. Spec: string-literals, "Special Character Escape Sequences". */
function escaped(character: string): string {
  return ESCAPES[character] ?? character
}

const BACKSLASH = 92
const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001A',
  '%': String.raw`\%`,
  _: String.raw`\_`,
}
