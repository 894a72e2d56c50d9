import type { LongTextReader } from '@sallyport/sql-worker'
import type { Analysis } from '@sallyport/core'
import {
  type MysqlAnalyser,
  type MysqlSettings,
  type MysqlStatementDetails,
  needsWorker,
  type StatementCache,
} from '@sallyport/sql'
import type { StatementFacts } from '../../masking/facts.ts'
import type { TextSettings } from './text-settings.ts'

/** What all readers of an agent share. */
export interface StatementReaderOptions {
  readonly analyser: MysqlAnalyser
  readonly cache: StatementCache
  readonly readLongText: LongTextReader['analyse']
}

/** Reads the texts of a session. */
export interface StatementReader {
  /** As its settings are now; long ones elsewhere, so the answer may be late. */
  readonly read: (text: string) => Analysis | Promise<Analysis>
  /** What masking asks beyond the facts, by the settings under which the text was read; undefined when it cannot be told. */
  readonly details: (facts: StatementFacts) => readonly MysqlStatementDetails[] | undefined
}

/** A reader for one session: the analyser behind a cache that sessions share. */
export function createStatementReader(
  { analyser, cache, readLongText }: StatementReaderOptions,
  settings: TextSettings,
): StatementReader {
  /** Of every analysis that this session met, so that a text is never read a second time by other settings. */
  const readBy = new WeakMap<Analysis, MysqlSettings>()
  return {
    read: (text) => {
      const { key, current } = settings
      const noted = (analysis: Analysis): Analysis => {
        readBy.set(analysis, current)
        return analysis
      }
      const known = cache.find(key, text)
      if (known !== undefined) return noted(known)
      const keep = (analysis: Analysis): Analysis => {
        cache.keep(key, text, analysis)
        return noted(analysis)
      }
      return needsWorker(text) ? readLongText(text, current).then(keep) : keep(analyser.analyse(text, current))
    },
    // A long text is not read a second time here: what is not known is masked, or refused.
    details: ({ source }) => {
      const by = source && readBy.get(source.analysis)
      return source === undefined || by === undefined || needsWorker(source.text)
        ? undefined
        : analyser.details(source.text, by)
    },
  }
}
