import type { LongTextReader } from '@sallyport/sql-worker'
import type { Analysis } from '@sallyport/core'
import { type MysqlAnalyser, needsWorker, type StatementCache } from '@sallyport/sql'
import type { TextSettings } from './text-settings.ts'

/** Reads the texts of a session as its settings are now: the analyser behind a cache that sessions share. Long ones are read elsewhere. */
export function createStatementReader(
  analyser: MysqlAnalyser,
  cache: StatementCache,
  settings: TextSettings,
  readLongText: LongTextReader['analyse'],
): (text: string) => Analysis | Promise<Analysis> {
  return (text) => {
    const { key, current } = settings
    const known = cache.find(key, text)
    if (known !== undefined) return known
    const keep = (analysis: Analysis): Analysis => {
      cache.keep(key, text, analysis)
      return analysis
    }
    return needsWorker(text) ? readLongText(text, current).then(keep) : keep(analyser.analyse(text, current))
  }
}
