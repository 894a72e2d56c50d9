import type { Effect, Statement } from '@sallyport/core'
import type { ServerFacts } from '../../database/mysql/server-facts.ts'
import type { SessionVariables } from '../../database/mysql/variables.ts'
import { type MysqlSettings, mysqlSettingsAfter, mysqlSettingsKey, sqlModeOf } from '@sallyport/sql'

/**
 * The settings by which the server reads the texts of one session. They change when a statement that changes them has been answered, and until then no
 * other text is read.
 */
export class TextSettings {
  readonly #fixed: Pick<MysqlSettings, 'flavour' | 'version' | 'functions'>
  #current: MysqlSettings
  #key: string
  #unsettled = 0

  /** @param functions what the agent's configuration vouches for */
  constructor(server: ServerFacts, variables: SessionVariables, functions: ReadonlyMap<string, readonly Effect[]>) {
    this.#fixed = { ...server.reading, functions }
    this.#current = this.#settingsOf(variables)
    this.#key = mysqlSettingsKey(this.#current)
  }

  get current(): MysqlSettings {
    return this.#current
  }

  /** The same as `current` for look-ups. */
  get key(): string {
    return this.#key
  }

  /** Something is on its way that may change them. */
  get unsettled(): boolean {
    return this.#unsettled > 0
  }

  /** Nobody knows how the server reads texts: it must be asked. */
  get uncertain(): boolean {
    return this.#current.sqlMode === 'unknown' || this.#current.characterSet === 'unknown'
  }

  /** A command that may change them is sent. */
  sent(): void {
    this.#unsettled += 1
  }

  /** It has been answered. */
  answered(): void {
    this.#unsettled -= 1
  }

  /** Whether a statement may change them; undefined stands for one that could not be read. */
  changedBy(statement: Statement | undefined): boolean {
    return statement === undefined || this.#after(statement) !== this.#current
  }

  /** A statement was done; undefined stands for one that could not be read. */
  done(statement: Statement | undefined): void {
    this.#use(statement === undefined ? unknown(this.#current) : this.#after(statement))
  }

  /** A statement failed. Of several settings some may have been made before. */
  failed(statement: Statement | undefined): void {
    if (statement?.session?.type !== 'several') return
    const after = this.#after(statement)
    if (after.sqlMode !== this.#current.sqlMode || after.characterSet !== this.#current.characterSet) {
      this.#use(unknown(this.#current))
    }
  }

  /** COM_INIT_DB was done. */
  usedSchema(schema: string): void {
    this.#use({ ...this.#current, database: schema })
  }

  /** The server has told how things stand. */
  told(variables: Omit<SessionVariables, 'status'>): void {
    this.#use(this.#settingsOf(variables))
  }

  #settingsOf(variables: Omit<SessionVariables, 'status'>): MysqlSettings {
    return {
      ...this.#fixed,
      sqlMode: sqlModeOf(variables.sqlMode),
      database: variables.database === '' ? undefined : variables.database,
      characterSet: variables.characterSetClient.toLowerCase(),
      lowerCaseTableNames: variables.lowerCaseTableNames,
    }
  }

  #after({ session, kind, effects }: Statement): MysqlSettings {
    const after = mysqlSettingsAfter(this.#current, session)
    // A text inside a text may set what it likes; stored programs cannot: the server gives their caller its settings back.
    const hidden = kind === 'execute-immediate' && (effects.has('unknown') || effects.has('session'))
    return hidden ? unknown(after) : after
  }

  #use(settings: MysqlSettings): void {
    if (settings === this.#current) return
    this.#current = settings
    this.#key = mysqlSettingsKey(settings)
  }
}

function unknown(settings: MysqlSettings): MysqlSettings {
  return { ...settings, sqlMode: 'unknown' }
}
