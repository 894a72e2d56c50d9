import type { GatewayConnection } from '@sallyport/config'
import type { Analysis } from '@sallyport/core'
import {
  DEFAULT_POSTGRES_SETTINGS,
  StatementCache,
  loadPostgres,
  postgresSettingsKey,
  type PostgresSettings,
  type UserCode,
} from '@sallyport/sql'
import { longTextReader } from '@sallyport/sql-worker'

/** Turns texts into facts; a text that was seen before costs a look-up. */
export interface Inspector {
  /** A promise for a long text, which is parsed elsewhere. */
  readonly inspect: (connection: GatewayConnection, userCode: UserCode, text: string) => Analysis | Promise<Analysis>
  /** The code of users that a database has once a text has run, as far as the text shows it. */
  readonly withDefinitions: (code: UserCode, text: string) => UserCode
  readonly close: () => Promise<void>
}

/** Loads the grammar. Texts of more than `maxTextBytes` bytes are failures `too-large`. */
export async function createInspector(maxTextBytes: number): Promise<Inspector> {
  const analyser = await loadPostgres({ maxTextBytes })
  const cache = new StatementCache()
  const long = longTextReader({ maxTextBytes })
  const settingsOf = new WeakMap<GatewayConnection, WeakMap<UserCode, Keyed>>()
  const known = (connection: GatewayConnection, userCode: UserCode): Keyed => {
    let entries = settingsOf.get(connection)
    if (entries === undefined) settingsOf.set(connection, (entries = new WeakMap<UserCode, Keyed>()))
    let entry = entries.get(userCode)
    if (entry === undefined) {
      // Which schemas are searched is the session's own business: a name without schema stays unresolved here, and rules treat that as a
      // match. What would change the meaning of built-in names is refused on every connection.
      const settings = { ...DEFAULT_POSTGRES_SETTINGS, functions: connection.functions, userCode }
      entry = { settings, key: postgresSettingsKey(settings) }
      entries.set(userCode, entry)
    }
    return entry
  }
  return {
    withDefinitions: (code, text) => analyser.withDefinitions(code, text),
    inspect: (connection, userCode, text) => {
      const { settings, key } = known(connection, userCode)
      const found = cache.find(key, text)
      if (found !== undefined) return found
      const keep = (analysis: Analysis): Analysis => {
        cache.keep(key, text, analysis)
        return analysis
      }
      return text.length > analyser.limits.maxInlineLength && text.length <= analyser.limits.maxTextBytes
        ? long.analyse(text, settings).then(keep)
        : keep(analyser.analyse(text, settings))
    },
    close: () => long.close(),
  }
}

interface Keyed {
  readonly settings: PostgresSettings
  readonly key: string
}
