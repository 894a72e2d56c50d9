import type { Analysis } from '@sallyport/core'
import type { MysqlSettings, PostgresSettings, SqlLimits } from '@sallyport/sql'
import { DEFAULT_SQL_WORKER_OPTIONS, openSqlWorker, type SqlWorker } from './sql-worker.ts'

/** Reads texts that would hold up the event loop, somewhere else. */
export interface LongTextReader {
  /** Rejects when there is nowhere to read it. The catalogue of the settings is not asked: its answers cannot cross to another thread. What users brought in can. */
  readonly analyse: (text: string, settings: PostgresSettings | MysqlSettings) => Promise<Analysis>
  readonly close: () => Promise<void>
}

/** A worker of its own for long texts, started by the first one: most processes never see any. It keeps no process alive. */
export function longTextReader(limits: Partial<SqlLimits>): LongTextReader {
  // A text that is allowed at all finds room when nothing else waits.
  const { maxQueuedLength: enough } = DEFAULT_SQL_WORKER_OPTIONS
  const maxQueuedLength = Math.max(enough, limits.maxTextBytes ?? 0)
  let opening: Promise<SqlWorker> | undefined
  return {
    analyse: async (text, settings) => {
      opening ??= openSqlWorker({ limits, maxQueuedLength })
      try {
        const plain = 'flavour' in settings ? settings : { ...settings, catalogue: undefined }
        return await (await opening).analyse(text, plain)
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    close: async () => {
      await opening?.then((worker) => worker.close()).catch(() => undefined)
    },
  }
}
