import type { Value } from './table.ts'

/** One row in COPY's text format, with its line break. Spec: sql-copy, "Text Format". */
export function copyLine(row: readonly Value[]): string {
  let line = ''
  for (let at = 0; at < row.length; at++) line += (at === 0 ? '' : '\t') + field(row[at] as Value)
  return `${line}\n`
}

function field(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (typeof value === 'string') return escaped(value)
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`
  return escaped(Array.isArray(value) ? arrayLiteral(value as readonly string[]) : JSON.stringify(value))
}

/** `{"a","b"}`: every element quoted, so none can be taken for NULL. */
function arrayLiteral(elements: readonly string[]): string {
  return `{${elements.map((element) => `"${element.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(SPECIAL_ALL, (mark) => ESCAPES[mark] ?? mark) : text
}

const SPECIAL = /[\\\n\r\t]/
const SPECIAL_ALL = /[\\\n\r\t]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
