import type { SessionChange, SettingValue, Statement } from '@sallyport/core'

/** The setting that a statement changes; an undefined name is one that the text does not tell. */
export interface SettingChange {
  readonly name: string | undefined
  readonly value: SettingValue
}

/**
 * The settings that the statement changes, in order, their names in lower case. Going back to the values that the session
 * began with (RESET ALL, DISCARD ALL) is no change: the agent chose them.
 */
export function changedSettings({ session, functions, effects }: Statement): readonly SettingChange[] {
  const calls = functions.some(({ name }) => name.toLowerCase() === 'set_config')
  if (session?.type !== 'set' && session?.type !== 'several') return calls ? UNTOLD : NONE
  // A second call behind the first makes the effects unknown, and would otherwise go unseen.
  return calls && effects.has('unknown') ? UNTOLD : changesOf(session)
}

function changesOf(change: SessionChange): readonly SettingChange[] {
  if (change.type === 'set') return [{ name: change.name.toLowerCase(), value: change.value }]
  // A list of assignments is judged one by one; there is nothing else that it should hold.
  return change.type === 'several' ? change.changes.flatMap(changesOf) : UNTOLD
}

/** Whether a literal is on, as PostgreSQL reads a boolean: any beginning of `true` and `yes`, `on`, `1`. */
export function isOn(literal: string): boolean {
  const text = literal.trim().toLowerCase()
  return text === '1' || text === 'on' || (text !== '' && ('true'.startsWith(text) || 'yes'.startsWith(text)))
}

const NONE: readonly never[] = []
const UNTOLD: readonly SettingChange[] = [{ name: undefined, value: 'unknown' }]
