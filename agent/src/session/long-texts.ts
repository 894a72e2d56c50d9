import type { Analysis } from '@sallyport/core'
import type { PostgresSettings, SqlLimits } from '@sallyport/sql'
import { openSqlWorker, type SqlWorker } from '@sallyport/sql-worker'

/** Reads texts that would hold up the event loop, somewhere else. Rejects when there is nowhere. */
export type ReadLongText = (text: string, settings: PostgresSettings) => Promise<Analysis>

/** A worker of its own for long texts, started by the first one: most agents never see any. It keeps no process alive. */
export function longTextReader(limits: Partial<SqlLimits>): ReadLongText {
  let opening: Promise<SqlWorker> | undefined
  return async (text, { searchPath, functions }) => {
    opening ??= openSqlWorker({ limits })
    try {
      return await (await opening).analyse(text, { searchPath, functions, catalogue: undefined })
    } catch (error) {
      opening = undefined
      throw error
    }
  }
}
