import { bodyOf, listOf, literalOf, nameOf, type Fields } from './ast.ts'

/** A call of set_config that the text shows in full; it sets what SET would. */
export interface SettingCall {
  readonly name: string
  /** Undefined when it is no literal. */
  readonly value: string | undefined
  readonly local: boolean
}

/**
 * The call when it is the one output of a query: `SELECT set_config('name', 'value', false)`, also with the name taken from a column that WHERE
 * ties to one literal, as pg_dump sends it. Undefined for every other place and form.
 */
export function settingCallOf(select: Fields): SettingCall | undefined {
  const targets = listOf(select['targetList'])
  const call = bodyOf(bodyOf(targets[0], 'ResTarget')?.['val'], 'FuncCall')
  if (targets.length !== 1 || call === undefined || nameOf(call['funcname']).at(-1) !== 'set_config') return undefined
  const [first, second, third] = listOf(call['args'])
  const name = literalOf(first) ?? columnValue(select['whereClause'], nameOf(bodyOf(first, 'ColumnRef')?.['fields']))
  const local = literalOf(third)
  if (name === undefined || listOf(call['args']).length !== 3) return undefined
  return { name: name.toLowerCase(), value: literalOf(second), local: local === 'true' || local === 't' }
}

/** The literal that a condition of the form `column = 'literal'` allows. */
function columnValue(condition: unknown, column: readonly string[]): string | undefined {
  const comparison = bodyOf(condition, 'A_Expr')
  if (column.length === 0 || comparison?.['kind'] !== 'AEXPR_OP' || nameOf(comparison['name']).join() !== '=')
    return undefined
  const compared = nameOf(bodyOf(comparison['lexpr'], 'ColumnRef')?.['fields'])
  return compared.join('.') === column.join('.') ? literalOf(comparison['rexpr']) : undefined
}
