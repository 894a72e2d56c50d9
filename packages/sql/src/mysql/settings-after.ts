import type { SessionChange } from '@sallyport/core'
import { sqlModeOf, type MysqlSettings } from './settings.ts'

/**
 * The settings after a statement did to the session what it says. What cannot be told makes sql_mode unknown, or the character set one that is
 * refused. The same object comes back where nothing changed.
 */
export function settingsAfter(settings: MysqlSettings, change: SessionChange | undefined): MysqlSettings {
  if (change === undefined) return settings
  if (change.type === 'several') {
    return change.changes.reduce((current, each) => settingsAfter(current, each), settings)
  }
  // A prepared statement may set anything; what it does is known to whoever tracks the session's names.
  if (change.type === 'execute') return { ...settings, sqlMode: 'unknown' }
  if (change.type !== 'set' || change.local) return settings
  const literal = typeof change.value === 'object' ? change.value.literal : undefined
  switch (change.name) {
    case 'sql_mode':
      return { ...settings, sqlMode: literal === undefined ? 'unknown' : sqlModeOf(literal) }
    case 'names':
    case 'character_set':
    case 'character_set_client':
      return { ...settings, characterSet: literal?.toLowerCase() ?? 'unknown' }
    case 'database':
      return { ...settings, database: literal }
    default:
      return settings
  }
}
