import type { SettingAssignment } from '../grammar/ast.ts'
import type { Gatherer } from './gatherer.ts'
import { assignmentFacts } from './settings.ts'

/** The SET_VAR hints of a comment: they set variables of the session for one statement. Spec: optimizer-hints-set-var. */
export function hintSettings(hints: readonly string[]): readonly SettingAssignment[] {
  return hints.flatMap((hint) =>
    [...hint.matchAll(SET_VAR)].map(([, name = '', value = '']): SettingAssignment => ({
      target: 'system',
      scope: undefined,
      name: name.toLowerCase(),
      value: { type: 'literal', kind: 'string', value: value.trim().replace(/^'(.*)'$/s, '$1') },
      local: true,
    })),
  )
}

/** What SET_VAR hints do. */
export function hintFacts(g: Gatherer, hints: readonly string[]): void {
  for (const setting of hintSettings(hints)) assignmentFacts(g, setting)
}

const SET_VAR = /\bSET_VAR\s{0,100}\(\s{0,100}`?([\w$.]{1,100})`?\s{0,100}=([^)]{0,1000})\)/gi
