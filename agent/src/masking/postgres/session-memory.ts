import type { Statement } from '@sallyport/core'
import { type Exposure, type SessionExposure, worse } from '@sallyport/masking'
import type { StatementFacts } from '../facts.ts'

/**
 * What a session has done that later statements can bring to light. It only ever grows: a name that once stood for something protected counts as
 * such to the end of the session, because which statements succeeded and which were rolled back shows too late.
 */
export class SessionMemory implements SessionExposure {
  readonly #named = { prepared: new Map<string, Exposure>(), cursor: new Map<string, Exposure>() }
  readonly #literals = new Map<string, Set<string>>()
  #tainted = false
  #doubtful = false
  #searchPath: 'default' | 'unknown' = 'default'
  #epoch = {}
  #transaction: Exposure = 'none'

  /** @param startup the settings that the client chose itself when the session opened */
  constructor(startup: ReadonlyMap<string, string>) {
    for (const [name, value] of startup) this.#chose(name, value)
  }

  /** Code that no text showed has run: temporary tables, settings and cursors may hold anything. */
  get tainted(): boolean {
    return this.#tainted
  }

  /** Objects may have changed since the catalogue was read. */
  get doubtful(): boolean {
    return this.#doubtful
  }

  /** The worst that the transaction so far could bring to light, for errors that come when it ends. */
  get transaction(): Exposure {
    return this.#transaction
  }

  /** Changes whenever the answer of this object about a statement may. */
  get epoch(): object {
    return this.#epoch
  }

  /** Whether built-in functions are still found first: a path that names pg_catalog, or cannot be read, hides them. */
  get searchPath(): 'default' | 'unknown' {
    return this.#searchPath
  }

  named(kind: 'prepared' | 'cursor', name: string): Exposure {
    return this.#named[kind].get(name.slice(0, NAME_LENGTH)) ?? 'unknown'
  }

  /** Whether the client itself gave a setting this value, in a text or at the start. */
  gave(setting: string, value: string): boolean {
    return this.#literals.get(setting.toLowerCase())?.has(value) ?? false
  }

  /** A statement with this name was prepared, in the protocol or in SQL. */
  prepared(name: string, exposure: Exposure): void {
    this.#note('prepared', name, exposure)
  }

  /** A text is about to be forwarded. */
  run(facts: StatementFacts): void {
    this.#transaction = worse(this.#transaction, facts.exposure)
    if (facts.parts.length === 0 && facts.exposure === 'unknown') this.#unseen()
    for (const { statement, exposure } of facts.parts) if (statement !== undefined) this.#remember(statement, exposure)
  }

  /** Other rules are in force: what was judged by the old ones is not known any more. */
  forgetNames(): void {
    this.#named.prepared.clear()
    this.#named.cursor.clear()
  }

  /** The transaction is over. */
  settled(): void {
    this.#transaction = 'none'
  }

  /** A catalogue that was read after everything this session did is in use. */
  refreshed(): void {
    this.#doubtful = false
    this.#epoch = {}
  }

  #remember(statement: Statement, exposure: Exposure): void {
    const { effects, session } = statement
    if (effects.has('ddl')) this.#mark(this.#tainted, true)
    if (exposure === 'unknown' && UNSEEN.some((effect) => effects.has(effect))) this.#unseen()
    if (exposure !== 'none' && carriesSetting(statement)) this.#mark(true, this.#doubtful)
    if (session === undefined) return
    if (session.type === 'set') {
      const literal = typeof session.value === 'object' ? session.value.literal : undefined
      if (literal !== undefined) this.#chose(session.name, literal)
      if (session.name === 'search_path' && session.value !== 'default') this.#path(literal)
    }
    if (session.type === 'prepare') this.#note('prepared', session.name, exposure)
    if (session.type === 'declare') this.#note('cursor', session.name, exposure)
  }

  #unseen(): void {
    this.#mark(true, true)
    this.#path(undefined)
  }

  #mark(tainted: boolean, doubtful: boolean): void {
    if (tainted === this.#tainted && doubtful === this.#doubtful) return
    this.#tainted = tainted
    this.#doubtful = doubtful
    this.#epoch = {}
  }

  #path(literal: string | undefined): void {
    if (literal === undefined || literal.toLowerCase().includes('pg_catalog') || literal.includes('"')) {
      this.#searchPath = 'unknown'
    }
  }

  #note(kind: 'prepared' | 'cursor', name: string, exposure: Exposure): void {
    const names = this.#named[kind]
    // Beyond the bound nothing more is remembered, and what is not remembered is unknown.
    if (names.size >= MAX_NAMES && !names.has(name)) return
    const key = name.slice(0, NAME_LENGTH)
    names.set(key, worse(names.get(key) ?? 'none', exposure))
  }

  #chose(setting: string, value: string): void {
    const values = this.#literals.get(setting.toLowerCase()) ?? new Set<string>()
    if (this.#literals.size < MAX_NAMES && values.size < MAX_NAMES)
      this.#literals.set(setting.toLowerCase(), values.add(value))
  }
}

/** A setting that takes a value from somewhere else than the text. */
function carriesSetting({ session, functions }: Statement): boolean {
  return (session?.type === 'set' && session.value === 'unknown') || functions.some(({ name }) => name === 'set_config')
}

/** Code, and data, that come from elsewhere than the text. */
const UNSEEN = ['procedural', 'unknown', 'file'] as const

const MAX_NAMES = 1000

/** Shorter than the server's 63 bytes even for characters of four bytes: names that may be one on the server are one here. */
const NAME_LENGTH = 15
