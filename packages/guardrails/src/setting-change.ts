import type { SettingValue, Statement } from '@sallyport/core'

/** The setting that a statement changes; an undefined name is one that the text does not tell. */
export interface SettingChange {
  readonly name: string | undefined
  readonly value: SettingValue
}

/**
 * The setting that the statement changes, its name in lower case; undefined when it changes none. Going back to the values that the session
 * began with (RESET ALL, DISCARD ALL) is no change: the agent chose them.
 */
export function changedSetting(statement: Statement): SettingChange | undefined {
  const { session, functions, effects } = statement
  const calls = functions.some(({ name }) => name.toLowerCase() === 'set_config')
  if (session?.type === 'set') {
    // A second call behind the first makes the effects unknown, and would otherwise go unseen.
    if (calls && effects.has('unknown')) return { name: undefined, value: 'unknown' }
    return { name: session.name.toLowerCase(), value: session.value }
  }
  // Several at once: none of them is looked at, so the whole is a change that the text does not tell.
  if (session?.type === 'several') return { name: undefined, value: 'unknown' }
  return calls ? { name: undefined, value: 'unknown' } : undefined
}

/** Whether a literal is on, as PostgreSQL reads a boolean: any beginning of `true` and `yes`, `on`, `1`. */
export function isOn(literal: string): boolean {
  const text = literal.trim().toLowerCase()
  return text === '1' || text === 'on' || (text !== '' && ('true'.startsWith(text) || 'yes'.startsWith(text)))
}
