import type { SessionChange, SettingValue, Statement } from '@sallyport/core'
import type { SettingAssignment, StatementNode, Utility } from '../grammar/ast.ts'
import { hintSettings } from './hints.ts'
import type { MysqlSettings } from '../settings.ts'
import { literalOf } from './settings.ts'

/**
 * What a statement does to names and settings of its session; `inner` gives the facts of a statement inside a text. The current database is a
 * setting called `database`; SET NAMES sets `names`, SET CHARACTER SET `character_set`. `state` is what the session has before it.
 */
export function sessionChangeOf(
  node: StatementNode,
  inner: (text: string) => Statement | 'unknown',
  state: MysqlSettings,
): SessionChange | undefined {
  const changes = settings(node).map((assignment) => change(assignment, state))
  if (changes.length > 1) return { type: 'several', changes }
  if (changes[0] !== undefined) return changes[0]
  if (node.type !== 'utility' || node.session === undefined) return undefined
  const { session } = node
  if (session.type === 'prepare') {
    const { text } = session
    const shown = text.type === 'literal' && text.kind === 'string'
    return { type: 'prepare', name: session.name, statement: shown ? inner(text.value) : 'unknown' }
  }
  return session.type === 'execute-text' ? undefined : { type: session.type, name: session.name }
}

/** Those that hold for the session. */
function settings(node: StatementNode): readonly SettingAssignment[] {
  if (node.type === 'utility') {
    return node.settings.filter(
      ({ target, scope, local }) => target !== 'user' && scope === undefined && !(target === 'other' && local),
    )
  }
  const hints = hintsOf(node)
  return hints.length === 0 ? [] : hintSettings(hints)
}

function hintsOf(node: Exclude<StatementNode, Utility>): readonly string[] {
  if (node.type === 'query')
    return node.arms.flatMap((arm) => (arm.type === 'select' ? arm.hints : arm.type === 'query' ? hintsOf(arm) : []))
  return node.type === 'insert' || node.type === 'update' || node.type === 'delete' ? node.hints : []
}

function change({ name, value, local }: SettingAssignment, state: MysqlSettings): SessionChange {
  const literal = literalOf(value, state)
  const given: SettingValue = value === undefined ? 'default' : literal === undefined ? 'unknown' : { literal }
  return { type: 'set', name, value: given, local }
}
