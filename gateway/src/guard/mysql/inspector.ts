import type { Analysis } from '@sallyport/core'
import { loadMysql, StatementCache, type MysqlSettings } from '@sallyport/sql'
import { longTextReader } from '@sallyport/sql-worker'

/** Settings and the part of a cache's key that stands for them, made once. */
export interface KeyedSettings {
  readonly settings: MysqlSettings
  /** By `mysqlSettingsKey`. */
  readonly key: string
}

/** Turns texts into facts, as a server with these settings reads them; a text that was seen before costs a look-up. */
export interface MysqlInspector {
  /** A promise for a long text, which is parsed elsewhere. */
  readonly inspect: (text: string, keyed: KeyedSettings) => Analysis | Promise<Analysis>
  readonly close: () => Promise<void>
}

/** Texts of more than `maxTextBytes` bytes are failures `too-large`. */
export function createMysqlInspector(maxTextBytes: number): MysqlInspector {
  const analyser = loadMysql({ maxTextBytes })
  const cache = new StatementCache()
  const long = longTextReader({ maxTextBytes })
  return {
    inspect: (text, { settings, key }) => {
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
