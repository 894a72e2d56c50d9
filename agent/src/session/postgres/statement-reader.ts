import type { LongTextReader } from '@sallyport/sql-worker'
import type { Analysis, Effect } from '@sallyport/core'
import {
  type CopyStream,
  DEFAULT_POSTGRES_SETTINGS,
  needsWorker,
  type PostgresAnalyser,
  type PostgresSettings,
  postgresSettingsKey,
  type StatementCache,
} from '@sallyport/sql'

/** Reads texts as the server does; long ones elsewhere, so the answer may be late. */
export interface TextAnalyser {
  readonly analyse: (text: string, searchPath: 'default' | 'unknown') => Analysis | Promise<Analysis>
  /** The stream of a text that is one COPY … TO STDOUT; undefined when it cannot be told. */
  readonly copyStream: (text: string) => CopyStream | undefined
  /** For each statement of a text the columns that it stores from; undefined when it cannot be told. */
  readonly storedColumns: (text: string) => readonly (ReadonlySet<string> | 'all')[] | undefined
}

/**
 * Reads the texts of a connection's sessions: the analyser behind a cache that sessions share.
 *
 * @param functions what the agent's configuration vouches for
 */
export function createStatementReader(
  analyser: PostgresAnalyser,
  cache: StatementCache,
  functions: ReadonlyMap<string, readonly Effect[]>,
  readLongText: LongTextReader['analyse'],
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
      const keep = (analysis: Analysis): Analysis => {
        cache.keep(key, text, analysis)
        return analysis
      }
      return needsWorker(text) ? readLongText(text, value).then(keep) : keep(analyser.analyse(text, value))
    },
    // A long text is not read a second time here: what is not known is refused.
    copyStream: (text) => (needsWorker(text) ? undefined : analyser.copyStream(text)),
    storedColumns: (text) => (needsWorker(text) ? undefined : analyser.storedColumns(text)),
  }
}

function keyed(value: PostgresSettings): { readonly key: string; readonly value: PostgresSettings } {
  return { key: postgresSettingsKey(value), value }
}
