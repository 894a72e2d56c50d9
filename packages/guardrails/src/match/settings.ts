import type { Statement } from '@sallyport/core'
import { namePatterns } from '../glob.ts'
import type { Certainty, Matcher } from '../matcher.ts'
import { changedSettings, isOn, type SettingChange } from '../setting-change.ts'

/**
 * Which settings of the session the statement changes. A change that cannot hurt (read-only switched on, a return to what the session began
 * with) never matches with `possible`; a change of which the name is unknown always does.
 */
export function matchSettings(patterns: readonly string[], certainty: Certainty): Matcher {
  const matches = namePatterns(patterns, 1, 'settings', certainty)
  const listed = (name: string): boolean => matches([name])
  return ({ statement }) => {
    const changes = changedSettings(statement)
    if (certainty === 'certain')
      return changes.every(({ name }) => isListed(name, listed)) ? 'changes only listed settings' : undefined
    for (const change of changes) {
      if (change.name === undefined) return 'changes a setting that its text does not tell'
      if (listed(change.name) && !isHarmless(statement, change)) return `changes the setting ${change.name}`
    }
    return undefined
  }
}

function isListed(name: string | undefined, listed: (name: string) => boolean): boolean {
  return name !== undefined && listed(name)
}

/**
 * PostgreSQL's DEFAULT is the value that the session began with, which the agent chose; MySQL's is the server's. The read-only state
 * of a transaction is no such setting: its default is read-write.
 */
function isHarmless(statement: Statement, { name, value }: SettingChange): boolean {
  if (name === 'transaction_read_only' || name === 'default_transaction_read_only' || name === 'tx_read_only') {
    if (typeof value === 'object' && isOn(value.literal)) return true
    return value === 'default' && name === 'default_transaction_read_only' && statement.dialect === 'postgres'
  }
  return value === 'default' && statement.dialect === 'postgres'
}
