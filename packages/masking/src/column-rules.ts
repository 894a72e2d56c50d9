import type { ColumnRule, MaskingRules, Strategy, StrategyName } from './rules.ts'

/**
 * Rules of several sources, compiled. Within one source the first match decides; between sources the stricter answer wins, so the agent's
 * floor cannot be relaxed by what a gateway sends.
 */
export class ColumnRules {
  readonly #sources: readonly (readonly CompiledRule[])[]

  constructor(sources: readonly MaskingRules[]) {
    this.#sources = sources.map((rules) => rules.columns.map(compile)).filter((rules) => rules.length > 0)
  }

  /** Without any rule nothing is protected and rows pass untouched. */
  get empty(): boolean {
    return this.#sources.length === 0
  }

  /** The strategy for one column; undefined when no rule names it. */
  strategy(schema: string, relation: string, column: string): Strategy | undefined {
    let strictest: Strategy | undefined
    for (const rules of this.#sources) {
      const found = rules.find(
        (rule) => rule.schema(schema) && rule.relation(relation) && rule.column(column),
      )?.strategy
      strictest = stricter(strictest, found)
    }
    return strictest
  }

  /** Whether a rule asks for `hash`, for which a key must be at hand. */
  get hashes(): boolean {
    return this.#sources.some((rules) => rules.some((rule) => rule.strategy.strategy === 'hash'))
  }
}

/** The one of two answers that says less about the value. */
export function stricter(left: Strategy | undefined, right: Strategy | undefined): Strategy | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return STRICTNESS[right.strategy] > STRICTNESS[left.strategy] ? right : left
}

interface CompiledRule {
  readonly schema: Matcher
  readonly relation: Matcher
  readonly column: Matcher
  readonly strategy: Strategy
}

type Matcher = (name: string) => boolean

function compile(rule: ColumnRule): CompiledRule {
  const [schema = '', relation = '', column = ''] = rule.match.split('.')
  return {
    schema: schema === '*' ? isUserSchema : glob(schema),
    relation: glob(relation),
    column: glob(column),
    strategy: rule,
  }
}

/** A bare `*` leaves the server's own schemas out: no table of a user lives there, and tools could not describe a database otherwise. */
function isUserSchema(name: string): boolean {
  return !SERVER_SCHEMAS.has(name) && !name.startsWith('pg_toast')
}

const SERVER_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'performance_schema'])

/** `*` is any run of characters, everything else itself in any letter case. Linear in pattern times name: no regular expression. */
function glob(pattern: string): Matcher {
  if (pattern === '*') return () => true
  const parts = pattern.toLowerCase().split('*')
  const first = parts[0] ?? ''
  const last = parts[parts.length - 1] ?? ''
  if (parts.length === 1) return (name) => name.toLowerCase() === first
  const middle = parts.slice(1, -1)
  return (name) => {
    const folded = name.toLowerCase()
    if (folded.length < first.length + last.length || !folded.startsWith(first) || !folded.endsWith(last)) return false
    const end = folded.length - last.length
    let from = first.length
    for (const part of middle) {
      const at = folded.indexOf(part, from)
      if (at < 0 || at + part.length > end) return false
      from = at + part.length
    }
    return true
  }
}

/** NULL says least, a partial value says most. */
const STRICTNESS: Readonly<Record<StrategyName, number>> = { partial: 1, hash: 2, redact: 3, null: 4 }
