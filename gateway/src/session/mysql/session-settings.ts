/*
 * What a text means depends on what the session was told before: sql_mode, the character set, the current database. They are held here as the server
 * has them, fed by the replies to the statements that change them. While such a statement has no reply yet the settings are unsettled, and the next text
 * waits. What cannot be told makes sql_mode `unknown`; then the server is asked before the next text is read, and not sooner: what a statement left
 * behind (warnings, FOUND_ROWS) stays until then.
 */
import type { GatewayConnection } from '@sallyport/config'
import type { Analysis, SessionChange, Statement } from '@sallyport/core'
import { decodeSessionTrack, type OkPacket } from '@sallyport/mysql-wire'
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  mysqlServerVersion,
  mysqlSettingsAfter,
  mysqlSettingsKey,
  sqlModeOf,
  type MysqlSettings,
} from '@sallyport/sql'
import type { SessionReady } from '@sallyport/tunnel'
import type { KeyedSettings } from '../../guard/mysql/inspector.ts'
import type { CommandRun } from './command-run.ts'

export class SessionSettings {
  readonly #initial: MysqlSettings
  #settings: MysqlSettings
  #unsettled = 0
  /** The server was asked, and did not say. */
  #untold = false
  #keyed: (KeyedSettings & { readonly from: MysqlSettings; readonly connection: GatewayConnection }) | undefined

  constructor(ready: SessionReady) {
    this.#initial = this.#settings = initialSettings(ready)
  }

  /** Whether the next text must wait for replies. */
  get unsettled(): boolean {
    return this.#unsettled > 0
  }

  /** Nobody knows how the server reads texts: it must be asked. Once it did not say, texts stay unknown until something changes that. */
  get uncertain(): boolean {
    return !this.#untold && (this.#settings.sqlMode === 'unknown' || this.#settings.characterSet === 'unknown')
  }

  /** The settings, with the functions that the connection vouches for. */
  current(connection: GatewayConnection): KeyedSettings {
    if (this.#keyed?.from === this.#settings && this.#keyed.connection === connection) return this.#keyed
    const functions = new Map([...this.#settings.functions, ...connection.functions])
    const settings = { ...this.#settings, functions }
    this.#keyed = { settings, key: mysqlSettingsKey(settings), from: this.#settings, connection }
    return this.#keyed
  }

  /** Whether the statements may change what later texts mean; a text that nobody can read may. */
  mayChange(judged: Analysis): boolean {
    return !judged.ok || judged.statements.some(({ session }) => after(this.#settings, session) !== this.#settings)
  }

  /** A command that may change them was forwarded. */
  forwarded(): void {
    this.#unsettled += 1
  }

  /** The question that {@link QUESTION} is was answered with this row; undefined when it failed. */
  asked(row: readonly (string | undefined)[] | undefined): void {
    this.#unsettled -= 1
    const [mode, characterSet] = row ?? []
    this.#untold = mode === undefined || characterSet === undefined
    if (mode === undefined || characterSet === undefined) return
    this.#settings = { ...this.#settings, sqlMode: sqlModeOf(mode), characterSet: characterSet.toLowerCase() }
  }

  /** It is answered: well, or it failed at its statement `failedAt`. */
  answered({ judged }: CommandRun, failedAt: number | undefined): void {
    this.#unsettled -= 1
    this.#untold = false
    if (!judged.ok) {
      this.#settings = { ...this.#settings, sqlMode: 'unknown' }
      return
    }
    const { statements } = judged
    const done = failedAt === undefined ? statements : statements.slice(0, failedAt)
    // A statement of several results makes the place of the failure that of no statement.
    if (failedAt !== undefined && statements.length > 1 && statements.some(({ effects }) => isHidden(effects))) {
      this.#settings = { ...this.#settings, sqlMode: 'unknown' }
      return
    }
    for (const { session } of done) this.#settings = after(this.#settings, session)
  }

  /** What the server itself says of the session. */
  told({ sessionState }: OkPacket): void {
    if (sessionState === undefined) return
    for (const change of decodeSessionTrack(sessionState)) {
      if (change.type === 'schema') this.#settings = { ...this.#settings, database: change.name || undefined }
      if (change.type !== 'system-variable') continue
      const name = change.name.toLowerCase()
      if (name === 'character_set_client') {
        this.#settings = { ...this.#settings, characterSet: change.value.toLowerCase() }
      } else if (name === 'sql_mode') this.#settings = { ...this.#settings, sqlMode: sqlModeOf(change.value) }
    }
  }

  /** COM_RESET_CONNECTION: everything but the current database is as it was in the beginning. */
  reset(): void {
    this.#settings = { ...this.#initial, database: this.#settings.database }
  }
}

/** What the server is asked when nobody knows how it reads texts. */
export const QUESTION = 'SELECT @@session.sql_mode, @@session.character_set_client'

/** As it is after a change. A name that stands for statements changes what they change, and those are judged with it. */
function after(settings: MysqlSettings, change: SessionChange | undefined): MysqlSettings {
  return change?.type === 'prepare' ? settings : mysqlSettingsAfter(settings, change)
}

/** Whether a statement may run others that its text does not show. */
function isHidden(effects: Statement['effects']): boolean {
  return effects.has('procedural') || effects.has('unknown')
}

function initialSettings({ parameters, serverVersion }: SessionReady): MysqlSettings {
  const told = new Map(parameters.map(({ name, value }) => [name, value]))
  const version = mysqlServerVersion(serverVersion)
  const defaults = version?.flavour === 'mariadb' ? DEFAULT_MARIADB_SETTINGS : DEFAULT_MYSQL_SETTINGS
  const mode = told.get('sql_mode')
  const cases = Number(told.get('lower_case_table_names'))
  const database = told.get('database')
  return {
    ...defaults,
    ...version,
    // Nobody knows how a server of a version that cannot be read, or a mode that was not told, reads a text.
    sqlMode: version === undefined || mode === undefined ? 'unknown' : sqlModeOf(mode),
    database: database === undefined || database === '' ? undefined : database,
    characterSet: told.get('character_set_client')?.toLowerCase() ?? 'unknown',
    lowerCaseTableNames: cases === 1 || cases === 2 ? cases : 0,
  }
}
