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
  type UserCode,
} from '@sallyport/sql'

/** Reads texts as the server does; long ones elsewhere, so the answer may be late. */
export interface TextAnalyser {
  readonly analyse: (text: string, searchPath: 'default' | 'unknown') => Analysis | Promise<Analysis>
  /** The stream of a text that is one COPY … TO STDOUT; undefined when it cannot be told. */
  readonly copyStream: (text: string) => CopyStream | undefined
  /** For each statement of a text the columns that it stores from; undefined when it cannot be told. */
  readonly storedColumns: (text: string) => readonly (ReadonlySet<string> | 'all')[] | undefined
}

export interface StatementReaderOptions {
  readonly analyser: PostgresAnalyser
  readonly cache: StatementCache
  readonly readLongText: LongTextReader['analyse']
  /** What the agent's configuration vouches for. */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
  /** What users brought into the database, as far as is known now. */
  readonly userCode: () => UserCode
}

/** Reads the texts of a connection's sessions: the analyser behind a cache that sessions share. */
export function createStatementReader(options: StatementReaderOptions): TextAnalyser {
  const { analyser, cache, readLongText, functions } = options
  let settings = keyedBoth(functions, options.userCode())
  return {
    analyse: (text, searchPath) => {
      const userCode = options.userCode()
      if (userCode !== settings.userCode) settings = keyedBoth(functions, userCode)
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

function keyedBoth(
  functions: ReadonlyMap<string, readonly Effect[]>,
  userCode: UserCode,
): { readonly userCode: UserCode; readonly default: Keyed; readonly unknown: Keyed } {
  const settings = { ...DEFAULT_POSTGRES_SETTINGS, functions, userCode }
  return { userCode, default: keyed(settings), unknown: keyed({ ...settings, searchPath: 'unknown' }) }
}

interface Keyed {
  readonly key: string
  readonly value: PostgresSettings
}

function keyed(value: PostgresSettings): Keyed {
  return { key: postgresSettingsKey(value), value }
}
