import { MaskingError } from './errors.ts'

/** What must be masked. Plain JSON: it travels from the gateway to the agent when a session opens. */
export interface MaskingRules {
  /** The first rule that matches a column decides. */
  readonly columns: readonly ColumnRule[]
}

/** One rule over columns. */
export type ColumnRule = Strategy & {
  /**
   * `schema.table.column`; `*` stands for any run of characters within one part. Letter case is ignored, as a rule that protects one
   * column too many is better than one that misses.
   */
  readonly match: string
}

/** How a value is replaced. Whatever cannot be done to a column's type becomes `redact`, and what has no redacted form becomes NULL. */
export type Strategy =
  /** A constant that is valid for the type: `[redacted]`, 0, 1970-01-01. */
  | { readonly strategy: 'redact' }
  | { readonly strategy: 'null' }
  | PartialStrategy
  /** Keyed HMAC-SHA256 with a key that only the agent holds; equal values stay equal. */
  | { readonly strategy: 'hash' }

/** Keeps some characters of a text. Never more than half of it, so that a short value does not survive whole. */
export interface PartialStrategy {
  readonly strategy: 'partial'
  /** Characters kept at the beginning. */
  readonly keepFirst: number
  /** Characters kept at the end. */
  readonly keepLast: number
  /** A value that looks like an e-mail address keeps one character and its domain instead. */
  readonly keepDomain: boolean
}

export type StrategyName = Strategy['strategy']

/** No rules: nothing is masked. */
export const NO_RULES: MaskingRules = { columns: [] }

/** What `partial` does when a rule says no more. */
export const PARTIAL_DEFAULTS: PartialStrategy = { strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true }

/** Reads rules that came from elsewhere. Unknown keys and strategies are refused, never ignored. Throws MaskingError `invalid-rules`. */
export function parseMaskingRules(json: unknown): MaskingRules {
  const rules = record(json, 'masking rules', ['columns'])
  const columns = rules['columns'] ?? []
  if (!Array.isArray(columns)) throw invalid('columns is not a list')
  return { columns: columns.map((rule: unknown, index) => parseColumnRule(rule, `columns[${index}]`)) }
}

function parseColumnRule(json: unknown, where: string): ColumnRule {
  const rule = record(json, where, ['match', 'strategy', 'keepFirst', 'keepLast', 'keepDomain'])
  const match = rule['match']
  if (typeof match !== 'string' || match.split('.').length !== 3 || match.split('.').includes('')) {
    throw invalid(`${where}.match is not of the form schema.table.column`)
  }
  const strategy = rule['strategy']
  if (strategy === 'partial') {
    return {
      match,
      strategy,
      keepFirst: count(rule['keepFirst'] ?? PARTIAL_DEFAULTS.keepFirst, `${where}.keepFirst`),
      keepLast: count(rule['keepLast'] ?? PARTIAL_DEFAULTS.keepLast, `${where}.keepLast`),
      keepDomain: flag(rule['keepDomain'] ?? PARTIAL_DEFAULTS.keepDomain, `${where}.keepDomain`),
    }
  }
  for (const key of ['keepFirst', 'keepLast', 'keepDomain']) {
    if (key in rule) throw invalid(`${where}.${key} belongs to the strategy partial`)
  }
  if (strategy === 'redact' || strategy === 'null' || strategy === 'hash') return { match, strategy }
  throw invalid(`${where}.strategy is none of redact, null, partial, hash`)
}

function record(json: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid(`${where} is not an object`)
  for (const key of Object.keys(json)) {
    if (!known.includes(key)) throw invalid(`${where} has an unknown key; known are ${known.join(', ')}`)
  }
  return { ...json }
}

function count(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1000) return value
  throw invalid(`${where} is not a whole number from 0 to 1000`)
}

function flag(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalid(`${where} is neither true nor false`)
}

function invalid(message: string): MaskingError {
  return new MaskingError('invalid-rules', message)
}
