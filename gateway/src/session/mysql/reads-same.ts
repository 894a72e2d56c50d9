import { mysqlReadsAlike } from '@sallyport/sql'
import { sameFacts } from '../../guard/mysql/same-facts.ts'
import type { CommandFacts } from './command-run.ts'
import type { InboundPort } from './inbound.ts'

/** Whether a text means the same now as when it was prepared; a long one is not read again for that. */
export function readsSame(
  { text, analysis, settings }: CommandFacts,
  { keyed, inspect }: Pick<InboundPort, 'keyed' | 'inspect'>,
): boolean {
  const now = keyed()
  if (!mysqlReadsAlike(text, settings.characterSet, now.settings.characterSet)) return false
  if (now.settings.sqlMode === settings.sqlMode) return true
  if (now.settings.sqlMode === 'unknown' || text.length > MAX_REREAD_LENGTH) return false
  // Its names are those of the database that was the current one then.
  const same = { ...now.settings, database: settings.database }
  const again = inspect(text, { settings: same, key: `${now.key}\0${settings.database ?? ''}` })
  return !(again instanceof Promise) && sameFacts(analysis, again)
}

/** UTF-16 code units of a prepared text that is read again when sql_mode has changed. */
const MAX_REREAD_LENGTH = 16 * 1024
