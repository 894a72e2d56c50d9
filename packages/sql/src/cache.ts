import type { Analysis } from '@sallyport/core'
import { Doorkeeper } from './doorkeeper.ts'

/** How much a cache of analyses may hold. */
export interface StatementCacheLimits {
  readonly maxEntries: number
  /** Estimated bytes of keys and facts together. */
  readonly maxBytes: number
}

/** The bounds where nothing else is configured. */
export const DEFAULT_STATEMENT_CACHE_LIMITS: StatementCacheLimits = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 }

/**
 * Analyses by text and by everything else that decides them; the least recently used leave first. A text is kept once it has come a second time:
 * texts with their values written into them come once, and to keep each would drive out what is asked for again.
 * The settings' key (`postgresSettingsKey`) names dialect, session settings, catalogue version and the functions policy vouches for.
 */
export class StatementCache {
  readonly #limits: StatementCacheLimits
  /** A Map remembers insertion order; a hit moves its entry to the end. */
  readonly #entries = new Map<string, { readonly analysis: Analysis; readonly bytes: number }>()
  /** A settings' key may be long; an entry's key has a number in its place. */
  readonly #settings = new Map<string, number>()
  readonly #doorkeeper = new Doorkeeper()
  #bytes = 0

  constructor(limits: Partial<StatementCacheLimits> = {}) {
    this.#limits = { ...DEFAULT_STATEMENT_CACHE_LIMITS, ...limits }
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The analysis of a text, if it is here. */
  find(settingsKey: string, text: string): Analysis | undefined {
    const key = this.#key(settingsKey, text)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.analysis
  }

  /** Keeps the analysis of a text that has come before. A `too-slow` failure says nothing about the text and is not kept. */
  keep(settingsKey: string, text: string, analysis: Analysis): void {
    if (!analysis.ok && analysis.failure.code === 'too-slow') return
    if (!this.#doorkeeper.knows(text)) return
    const key = this.#key(settingsKey, text)
    const bytes = estimate(key, analysis)
    if (bytes > this.#limits.maxBytes) return
    this.#forget(key)
    this.#entries.set(key, { analysis, bytes })
    this.#bytes += bytes
    while (this.#bytes > this.#limits.maxBytes || this.#entries.size > this.#limits.maxEntries) {
      const [oldest] = this.#entries.keys()
      if (oldest === undefined) return
      this.#forget(oldest)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#settings.clear()
    this.#bytes = 0
  }

  #key(settingsKey: string, text: string): string {
    let number = this.#settings.get(settingsKey)
    if (number === undefined) {
      // Settings that were given up leave their entries behind; a fresh start bounds both.
      if (this.#settings.size >= MAX_SETTINGS) this.clear()
      number = this.#settings.size
      this.#settings.set(settingsKey, number)
    }
    return `${String(number)}:${text}`
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}

/** Two bytes a character of the key, and for the facts what a measurement of their parts came to. */
function estimate(key: string, analysis: Analysis): number {
  const facts = analysis.ok
    ? analysis.statements.reduce(
        (sum, { relations, functions, predicates }) =>
          sum +
          STATEMENT_BYTES +
          PART_BYTES * (relations.length + functions.length + (predicates === 'unknown' ? 0 : predicates.length)),
        0,
      )
    : STATEMENT_BYTES
  return 2 * key.length + facts
}

const MAX_SETTINGS = 1000
const STATEMENT_BYTES = 1024
const PART_BYTES = 200
