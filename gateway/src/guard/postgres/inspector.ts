import type { GatewayConnection } from '@sallyport/config'
import type { Analysis } from '@sallyport/core'
import {
  DEFAULT_POSTGRES_SETTINGS,
  StatementCache,
  loadPostgres,
  postgresSettingsKey,
  type PostgresSettings,
} from '@sallyport/sql'
import { longTextReader } from '@sallyport/sql-worker'

/** Turns texts into facts; a text that was seen before costs a look-up. */
export interface Inspector {
  /** A promise for a long text, which is parsed elsewhere. */
  readonly inspect: (connection: GatewayConnection, text: string) => Analysis | Promise<Analysis>
  readonly close: () => Promise<void>
}

/** Loads the grammar. Texts of more than `maxTextBytes` bytes are failures `too-large`. */
export async function createInspector(maxTextBytes: number): Promise<Inspector> {
  const analyser = await loadPostgres({ maxTextBytes })
  const cache = new StatementCache()
  const long = longTextReader({ maxTextBytes })
  const settingsOf = new WeakMap<GatewayConnection, { readonly settings: PostgresSettings; readonly key: string }>()
  const known = (connection: GatewayConnection): { readonly settings: PostgresSettings; readonly key: string } => {
    let entry = settingsOf.get(connection)
    if (entry === undefined) {
      // Which schemas are searched is the session's own business: a name without schema stays unresolved here, and rules treat that as a
      // match. What would change the meaning of built-in names is refused on every connection.
      const settings = { ...DEFAULT_POSTGRES_SETTINGS, functions: connection.functions }
      entry = { settings, key: postgresSettingsKey(settings) }
      settingsOf.set(connection, entry)
    }
    return entry
  }
  return {
    inspect: (connection, text) => {
      const { settings, key } = known(connection)
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
