import type { BackendMessage } from '../backend/message.ts'
import type { FrontendMessage } from '../frontend/message.ts'

export interface TraceOptions {
  /**
   * Whether texts and values are shown. They are withheld unless asked for: `"SSSS"` stands for a text and `'SSSS'` for bytes, whose length still shows.
   * What proves a user is never shown.
   */
  readonly showValues?: boolean
}

/**
 * A message as a line for people and transcripts: direction, type, and its fields by name. Numbers and what names things (schemas, tables, columns,
 * plug-ins) show; nothing is thrown.
 */
export function traceMessage(message: FrontendMessage | BackendMessage, options: TraceOptions = {}): string {
  const direction = message.type.startsWith('COM_') && message.type !== 'COM_STMT_PREPARE_OK' ? 'F' : 'B'
  const fields = Object.entries(message).filter(([name]) => name !== 'type')
  const side = message.type === 'unavailable' ? 'F' : direction
  return [side, message.type, ...fields.map(([name, value]) => `${name}=${show(name, value, options)}`)].join('\t')
}

function show(name: string, value: unknown, options: TraceOptions): string {
  const visible = options.showValues === true && !SECRETS.has(name)
  if (value instanceof Uint8Array) return `${value.length} '${visible ? printable(latin1(value)) : WITHHELD}'`
  if (typeof value === 'string') return `"${visible || NAMES.has(name) ? printable(value) : WITHHELD}"`
  if (Array.isArray(value)) return `[${value.map((one) => show(name, one, options)).join(' ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([inner, one]) => `${inner}=${show(inner, one, options)}`)
      .join(' ')}}`
  }
  return String(value)
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

/** Text that stays on its line whatever it contains. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u007f-\u00ff]/gu, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

// A column's alias can be written to say a value, so `name` of a column is not among them; its origin is.
const NAMES: ReadonlySet<string> = new Set([
  'catalog',
  'schema',
  'orgTable',
  'orgName',
  'plugin',
  'sqlState',
  'command',
  'serverVersion',
])
const SECRETS: ReadonlySet<string> = new Set(['authResponse', 'authData', 'data'])
const WITHHELD = 'SSSS'
