import type { Analysis, Statement } from '@sallyport/core'
import { type Exposure, type SessionExposure, worse } from '@sallyport/masking'

/**
 * What a session has done that later statements can bring to light. It only ever grows: a name that once stood for something protected counts as
 * such to the end of the session, because which statements succeeded and which were rolled back shows too late.
 */
export class SessionMemory implements SessionExposure {
  readonly #named = { prepared: new Map<string, Exposure>(), cursor: new Map<string, Exposure>() }
  readonly #literals = new Map<string, Set<string>>()
  #tainted = false
  #doubtful = false
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
  run(analysis: Analysis | undefined, exposures: readonly Exposure[]): void {
    if (analysis?.ok !== true) {
      this.#unseen()
      this.#transaction = 'unknown'
      return
    }
    for (const [index, statement] of analysis.statements.entries()) {
      const exposure = exposures[index] ?? 'unknown'
      this.#transaction = worse(this.#transaction, exposure)
      this.#remember(statement, exposure)
    }
  }

  /** The transaction is over. */
  settled(): void {
    this.#transaction = 'none'
  }

  /** A catalogue that was read after everything this session did is in use. */
  refreshed(): void {
    this.#doubtful = false
  }

  #remember(statement: Statement, exposure: Exposure): void {
    const { effects, session } = statement
    if (effects.has('ddl')) this.#doubtful = true
    if (effects.has('procedural') || (exposure === 'unknown' && effects.has('unknown'))) this.#unseen()
    if (exposure !== 'none' && carriesSetting(statement)) this.#tainted = true
    if (session === undefined) return
    if (session.type === 'set' && typeof session.value === 'object') this.#chose(session.name, session.value.literal)
    if (session.type === 'prepare') this.#note('prepared', session.name, exposure)
    if (session.type === 'declare') this.#note('cursor', session.name, exposure)
  }

  #unseen(): void {
    this.#tainted = true
    this.#doubtful = true
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

const MAX_NAMES = 1000

/** Shorter than the server's 63 bytes even for characters of four bytes: names that may be one on the server are one here. */
const NAME_LENGTH = 15
