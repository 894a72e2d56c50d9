import type { Analysis, Effect } from '@sallyport/core'
import {
  DEFAULT_POSTGRES_SETTINGS,
  type PostgresAnalyser,
  type PostgresSettings,
  postgresSettingsKey,
  type StatementCache,
} from '@sallyport/sql'
import type { TextAnalyser } from '../masking/judge.ts'

/**
 * Reads the texts of a connection's sessions: the analyser behind a cache that sessions share.
 *
 * @param functions what the agent's configuration vouches for
 */
export function createStatementReader(
  analyser: PostgresAnalyser,
  cache: StatementCache,
  functions: ReadonlyMap<string, readonly Effect[]>,
): TextAnalyser {
  const settings = {
    default: keyed({ ...DEFAULT_POSTGRES_SETTINGS, functions }),
    unknown: keyed({ ...DEFAULT_POSTGRES_SETTINGS, searchPath: 'unknown', functions }),
  }
  return {
    analyse: (text, searchPath) => {
      const { key, value } = settings[searchPath]
      const known = cache.find(key, text)
      if (known !== undefined) return known
      const analysis: Analysis = analyser.analyse(text, value)
      cache.keep(key, text, analysis)
      return analysis
    },
    copyStream: (text) => analyser.copyStream(text),
    storedColumns: (text) => analyser.storedColumns(text),
  }
}

function keyed(value: PostgresSettings): { readonly key: string; readonly value: PostgresSettings } {
  return { key: postgresSettingsKey(value), value }
}
