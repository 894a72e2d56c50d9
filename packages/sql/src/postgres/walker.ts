import type { Effect, Predicate } from '@sallyport/core'
import type { SqlLimits } from '../limits.ts'
import { fieldsOf, type Fields } from './ast.ts'
import { emptyFacts, type Facts } from './facts.ts'
import { GRAMMAR_SHAPE } from './generated/grammar-shape.ts'
import { innerScope, type Scope } from './scope.ts'
import type { PostgresSettings } from './settings.ts'

/** Thrown inside a walk when the tree is deeper than the limit; the analyser turns it into a failure. */
export class TooDeepError extends Error {}

/** Thrown inside a walk when a text has the server build a larger value than the limit; the analyser turns it into a failure. */
export class TooMuchBuiltError extends Error {}

/** What to do at a node of one type. */
export type Handler = (walker: Walker, body: Fields) => void

/**
 * Walks a parse tree and gathers facts.
 *
 * Theory of operation: a node type with a handler is the handler's; of the others every child is visited, so nothing is overlooked
 * because nobody thought of it. A node that the grammar's shape does not know makes the statement unknown.
 * What a handler sets (scope, use, access, counted) it restores when it leaves.
 */
export class Walker {
  readonly facts: Facts = emptyFacts()
  readonly settings: PostgresSettings
  scope: Scope = innerScope(undefined)
  /** How the columns met next are used by a predicate; undefined where they are not. */
  use: Predicate['use'] | undefined
  /** How the relations met next are accessed. */
  access: 'read' | 'write' = 'read'
  /**
   * Which effects count: `all` where the part runs; `unknown` where it is only planned, which may run immutable functions;
   * `none` where it is stored for later.
   */
  counted: 'all' | 'unknown' | 'none' = 'all'
  readonly #handlers: ReadonlyMap<string, Handler>
  readonly #limits: Pick<SqlLimits, 'maxDepth' | 'maxBuiltBytes'>
  #depth = 0
  #builtBytes = 0

  constructor(
    settings: PostgresSettings,
    handlers: ReadonlyMap<string, Handler>,
    limits: Pick<SqlLimits, 'maxDepth' | 'maxBuiltBytes'>,
  ) {
    this.settings = settings
    this.#handlers = handlers
    this.#limits = limits
  }

  /** Counts what the statement has the server build from constants. */
  build(bytes: number): void {
    this.#builtBytes += bytes
    if (this.#builtBytes > this.#limits.maxBuiltBytes) throw new TooMuchBuiltError()
  }

  add(effects: Iterable<Effect>): void {
    if (this.counted === 'none') return
    for (const effect of effects) {
      if (this.counted === 'all' || effect === 'unknown') this.facts.effects.add(effect)
    }
  }

  /** Visits a node that names its type, or every node of a list. */
  node(value: unknown): void {
    if (Array.isArray(value)) {
      for (const item of value) this.node(item)
      return
    }
    const fields = fieldsOf(value)
    if (fields === undefined) return
    for (const tag in fields) this.enter(tag, fieldsOf(fields[tag]) ?? {})
  }

  /** Visits a node whose type the caller knows. */
  enter(tag: string, body: Fields): void {
    if (this.#depth >= this.#limits.maxDepth) throw new TooDeepError()
    this.#depth += 1
    const handler = this.#handlers.get(tag)
    if (handler !== undefined) handler(this, body)
    else this.fields(tag, body)
    this.#depth -= 1
  }

  /** Visits every child of a node. */
  fields(tag: string, body: Fields): void {
    const shape = GRAMMAR_SHAPE[tag]
    if (shape === undefined) {
      this.facts.effects.add('unknown')
      return
    }
    for (const field in body) {
      const value = body[field]
      if (typeof value !== 'object' || value === null) continue
      const type = shape[field]
      if (type !== undefined) this.enter(type, value as Fields)
      else this.node(value)
    }
  }

  /** Visits with a use for columns; the previous one comes back afterwards. */
  using(use: Predicate['use'] | undefined, value: unknown): void {
    const before = this.use
    this.use = use
    this.node(value)
    this.use = before
  }

  /** Runs a part at a level of names of its own. */
  inScope(part: () => void): void {
    const before = this.scope
    this.scope = innerScope(before)
    part()
    this.scope = before
  }
}
