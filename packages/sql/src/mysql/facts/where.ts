import type { Where } from '@sallyport/core'
import type { Chain, Expression, Operation, Query, TableReference } from '../grammar/ast.ts'
import { constantOf, sameExpression, truthOf } from './constants.ts'

/** How an UPDATE or DELETE of these tables chooses its rows. */
export function whereOf(condition: Expression | undefined, tables: readonly TableReference[]): Where {
  if (condition === undefined) return joinsNarrow(tables) ? 'present' : 'absent'
  const verdict = truth(condition)
  if (verdict === true) return 'always-true'
  // A condition that looks at no column is the same for all rows.
  if (verdict !== false && !mentionsColumn(condition)) return 'always-true'
  return 'present'
}

/** A join condition chooses rows too, unless it cannot be false. */
function joinsNarrow(tables: readonly TableReference[]): boolean {
  return tables.some(
    (table) =>
      table.type === 'join' &&
      table.conditions.some((each) => truth(each) === undefined && mentionsColumn(each)) &&
      table.tables.length > 1,
  )
}

/** Whether a condition is true, or false, for every row whose columns are not null; undefined when that depends. */
function truth(value: Expression): boolean | undefined {
  const constant = constantOf(value)
  if (constant !== undefined) return truthOf(constant)
  if (value.type === 'chain') return chainTruth(value)
  if (value.type === 'operation') return operationTruth(value)
  if (value.type === 'assignment') return truth(value.value)
  return value.type === 'subquery' ? subqueryTruth(value.query) : undefined
}

function chainTruth({ operators, operands }: Chain): boolean | undefined {
  const [operator = ''] = operators
  const [left, right] = operands
  if (OR.has(operator) || AND.has(operator)) {
    const dominant = OR.has(operator)
    const values = operands.map((each) => truth(each))
    if (values.includes(dominant)) return dominant
    const complements = operands.some((one, index) =>
      operands.slice(Math.max(0, index - WINDOW), index).some((other) => areComplements(one, other)),
    )
    if (complements) return dominant
    return values.every((each) => each === !dominant) ? !dominant : undefined
  }
  if (left === undefined || right === undefined || operands.length !== 2) return undefined
  if (REFLEXIVE.has(operator) && sameExpression(left, right)) return true
  return IRREFLEXIVE.has(operator) && sameExpression(left, right) ? false : undefined
}

function operationTruth({ name, operands }: Operation): boolean | undefined {
  const [left, ...others] = operands
  if (left === undefined) return undefined
  switch (name) {
    case 'NOT': {
      const inner = truth(left)
      return inner === undefined ? undefined : !inner
    }
    case 'IS TRUE':
    case 'IS NOT FALSE':
      return truth(left)
    case 'IS FALSE':
    case 'IS NOT TRUE': {
      const inner = truth(left)
      return inner === undefined ? undefined : !inner
    }
    case 'IN':
      if (others.some((each) => sameExpression(left, each))) return true
      return others[0]?.type === 'subquery' && sameColumnOf(left, others[0].query) ? true : undefined
    case 'BETWEEN':
      return others.length === 2 && others.every((each) => sameExpression(left, each)) ? true : undefined
    case 'LIKE':
      return matchesAll(others[0], /^%+$/) || (others[0] !== undefined && sameExpression(left, others[0]))
        ? true
        : undefined
    case 'REGEXP':
    case 'RLIKE':
      return matchesAll(others[0], /^\^?(\.\*)*\$?$/) ? true : undefined
    case 'CASE': {
      const results = others.filter((_, index) => index % 2 === 0 || index === others.length - 1)
      const values = results.map((each) => truth(each))
      return values.length > 0 && values.every((each) => each === true) && others.length % 2 === 0 ? true : undefined
    }
    default:
      return undefined
  }
}

function matchesAll(pattern: Expression | undefined, all: RegExp): boolean {
  return pattern?.type === 'literal' && pattern.kind === 'string' && all.test(pattern.value)
}

/** `x` and `NOT x`; `x IS NULL` and `x IS NOT NULL`; `x = y` and `x <> y`, `x < y` and `x >= y`. */
function areComplements(one: Expression, other: Expression): boolean {
  if (one.type === 'operation' && other.type === 'operation') {
    const [a, b] = [one.operands[0], other.operands[0]]
    if (a === undefined || b === undefined) return false
    if (one.name === 'NOT') return sameExpression(a, other)
    if (other.name === 'NOT') return sameExpression(b, one)
    const negated = one.name === `NOT ${other.name}` || other.name === `NOT ${one.name}`
    const nullTests =
      one.name.replace('IS NOT ', 'IS ') === other.name.replace('IS NOT ', 'IS ') && one.name !== other.name
    return (
      (negated || nullTests) &&
      one.operands.length === other.operands.length &&
      one.operands.every((each, index) => sameExpression(each, other.operands[index] ?? each))
    )
  }
  if (one.type === 'operation')
    return one.name === 'NOT' && one.operands[0] !== undefined && sameExpression(one.operands[0], other)
  if (other.type === 'operation') return areComplements(other, one)
  if (one.type !== 'chain' || other.type !== 'chain' || one.operands.length !== 2 || other.operands.length !== 2)
    return false
  const opposites = OPPOSITES[one.operators[0] ?? ''] ?? []
  return (
    opposites.includes(other.operators[0] ?? '') &&
    one.operands.every((each, index) => sameExpression(each, other.operands[index] ?? each))
  )
}

/** `id IN (SELECT id FROM t)` without a condition; taken for true whichever table it is. */
function sameColumnOf(left: Expression, query: Query): boolean {
  const [arm] = query.arms
  if (query.arms.length !== 1 || arm?.type !== 'select' || query.limit !== undefined) return false
  const [item] = arm.items
  const plain = arm.where === undefined && arm.group.length === 0 && arm.having === undefined
  if (!plain || item?.value.type !== 'column' || left.type !== 'column') return false
  return item.value.path.at(-1)?.toLowerCase() === left.path.at(-1)?.toLowerCase()
}

/** `(SELECT 1)`. */
function subqueryTruth({ arms, limit }: Query): boolean | undefined {
  const [arm] = arms
  if (arms.length !== 1 || limit !== undefined || arm?.type !== 'select' || arm.where !== undefined) return undefined
  const [item] = arm.items
  return item === undefined ? undefined : truth(item.value)
}

/** Whether a condition looks at a column of its own level; what a subquery looks at counts only with a qualifier. */
function mentionsColumn(value: Expression): boolean {
  if (value.type === 'column' || value.type === 'star') return true
  if (value.type === 'call') return [...value.args, ...value.order].some((each) => mentionsColumn(each))
  if (value.type === 'chain' || value.type === 'operation') return value.operands.some((each) => mentionsColumn(each))
  if (value.type === 'assignment') return mentionsColumn(value.value)
  return value.type === 'subquery' && correlates(value.query)
}

/** A subquery that compares with a qualified column may look outwards. */
function correlates(query: Query): boolean {
  return query.arms.some((arm) => {
    if (arm.type === 'query') return correlates(arm)
    if (arm.type !== 'select' || arm.where === undefined) return false
    const inside = new Set(arm.from.flatMap((table) => aliasesOf(table)))
    return qualifiers(arm.where).some((qualifier) => !inside.has(qualifier))
  })
}

function aliasesOf(table: TableReference): readonly string[] {
  if (table.type === 'join') return table.tables.flatMap((each) => aliasesOf(each))
  return [((table.type === 'named' ? (table.alias ?? table.path.at(-1)) : table.alias) ?? '').toLowerCase()]
}

function qualifiers(value: Expression): readonly string[] {
  if (value.type === 'column') return value.path.length > 1 ? [(value.path.at(-2) ?? '').toLowerCase()] : []
  if (value.type === 'call') return value.args.flatMap((each) => qualifiers(each))
  if (value.type === 'chain' || value.type === 'operation') return value.operands.flatMap((each) => qualifiers(each))
  return []
}

const OR: ReadonlySet<string> = new Set(['OR', '||'])
const AND: ReadonlySet<string> = new Set(['AND', '&&'])
const REFLEXIVE: ReadonlySet<string> = new Set(['=', '<=', '>=', '<=>'])
const IRREFLEXIVE: ReadonlySet<string> = new Set(['<>', '!=', '<', '>'])
const OPPOSITES: Readonly<Record<string, readonly string[]>> = {
  '=': ['<>', '!='],
  '<>': ['='],
  '!=': ['='],
  '<': ['>='],
  '>=': ['<', '<='],
  '>': ['<='],
  '<=': ['>', '>='],
}
/** Complements are looked for among this many neighbours, which keeps long chains linear. */
const WINDOW = 50
