import type { Value } from './table.ts'

/** One row in the text format that LOAD DATA reads by default, with its line break; bytes as hexadecimal digits. */
export function loadDataLine(row: readonly Value[]): string {
  let line = ''
  for (let at = 0; at < row.length; at++) line += (at === 0 ? '' : '\t') + field(row[at] as Value)
  return `${line}\n`
}

function field(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string') return escaped(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  // Neither server has arrays: a list is a JSON document like any other.
  return escaped(JSON.stringify(value))
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(SPECIAL_ALL, (mark) => ESCAPES[mark] ?? mark) : text
}

// oxlint-disable-next-line no-control-regex -- NUL and Ctrl-Z are among what LOAD DATA has escapes for.
const SPECIAL = /[\\\n\r\t\0\u001a]/
// oxlint-disable-next-line no-control-regex -- as above
const SPECIAL_ALL = /[\\\n\r\t\0\u001a]/g
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
  '\u001a': '\\Z',
}
