import { bodyOf, fieldsOf, listOf, nameOf, textOf, type Fields } from './ast.ts'

/** The relation that is changed, as the condition may name it. */
export interface Target {
  readonly name: string
  readonly alias: string
  /** Names under which FROM or USING has the same relation again. */
  readonly twins: readonly string[]
}

/** The target of an UPDATE, DELETE or MERGE. */
export function targetOf(body: Fields): Target {
  const relation = fieldsOf(body['relation']) ?? {}
  const name = textOf(relation['relname'])
  const others = [...listOf(body['fromClause']), ...listOf(body['usingClause']), body['sourceRelation']]
  const twins = others
    .map((item) => bodyOf(item, 'RangeVar'))
    .filter((item) => item?.['relname'] === name)
    .map((item) => aliasOf(item ?? {}))
  return { name, alias: aliasOf(relation), twins }
}

/** `t.id = twin.id`, where twin is the same table again: every row finds at least itself. */
export function isSelfJoin(one: unknown, other: unknown, target: Target): boolean {
  const [a, b] = [nameOf(bodyOf(one, 'ColumnRef')?.['fields']), nameOf(bodyOf(other, 'ColumnRef')?.['fields'])]
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-1)) return false
  const sides = [a.at(-2) ?? '', b.at(-2) ?? '']
  return sides.includes(target.alias) && sides.some((side) => target.twins.includes(side))
}

/** Whether a condition may look at a column of the target: an unqualified one, or one qualified by its name. */
export function mentionsTarget(value: unknown, target: Target): boolean {
  if (Array.isArray(value)) return value.some((item) => mentionsTarget(item, target))
  const fields = fieldsOf(value)
  if (fields === undefined) return false
  if (fields['CurrentOfExpr'] !== undefined) return true
  const column = bodyOf(value, 'ColumnRef')
  if (column !== undefined) {
    const names = nameOf(column['fields'])
    return names.length === 1 || names.includes(target.alias)
  }
  return Object.values(fields).some((item) => mentionsTarget(item, target))
}

function aliasOf(relation: Fields): string {
  return textOf(fieldsOf(relation['alias'])?.['aliasname']) || textOf(relation['relname'])
}
