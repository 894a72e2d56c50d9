import { AuditError } from './errors.ts'

/**
 * The canonical JSON text of a value (RFC 8785): no white space, members sorted by UTF-16 code units, numbers and strings as ECMAScript
 * writes them. Members that are undefined are left out. Throws AuditError (`not-json`, `lone-surrogate`, `too-deep`).
 */
export function canonical(value: unknown): string {
  return write(value, 0)
}

/** The canonical text of a string, quotes included. Throws AuditError `lone-surrogate`. */
export function canonicalString(text: string): string {
  const quoted = JSON.stringify(text)
  // JSON.stringify writes \ud8xx for lone surrogates only, so the exact (and slower) question is asked only where that occurs.
  if (quoted.includes('\\ud') && /\p{Surrogate}/u.test(text)) {
    throw new AuditError('lone-surrogate', 'a text to be recorded holds half of a surrogate pair')
  }
  return quoted
}

/** The canonical text of a number. Throws AuditError `not-json` for NaN and the infinities. */
export function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new AuditError('not-json', 'a number to be recorded is not finite')
  // ECMAScript's Number-to-String is what RFC 8785 section 3.2.2.3 asks for; it writes minus zero as 0.
  return String(value)
}

/** Freezes a value in depth, and remembers its canonical text, so that facts shared by many records are written once. */
export function share<T extends object>(value: T): T {
  freeze(value, 0)
  SHARED.set(value, canonical(value))
  return value
}

/** As `canonical`, from memory where the value went through `share`. */
export function canonicalShared(value: object): string {
  return SHARED.get(value) ?? canonical(value)
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value)
    case 'number':
      return canonicalNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      break
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new AuditError('not-json', `a ${typeof value} has no form in JSON`)
  }
  if (value === null) return 'null'
  if (depth === MAX_DEPTH) throw new AuditError('too-deep', `nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`
  const parts: string[] = []
  const members = value as Readonly<Record<string, unknown>>
  // The default sort compares UTF-16 code units, which is the order of RFC 8785 section 3.2.3.
  for (const name of Object.keys(members).sort()) {
    const member = members[name]
    if (member !== undefined) parts.push(`${canonicalString(name)}:${write(member, depth + 1)}`)
  }
  return `{${parts.join(',')}}`
}

function freeze(value: object, depth: number): void {
  if (depth === MAX_DEPTH) throw new AuditError('too-deep', `nested deeper than ${MAX_DEPTH} levels`)
  Object.freeze(value)
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) freeze(member, depth + 1)
  }
}

/** Only values that `share` froze are in here, so what is remembered cannot become untrue. */
const SHARED = new WeakMap<object, string>()

/** Levels of nesting; records use six. It bounds the stack. */
const MAX_DEPTH = 64
