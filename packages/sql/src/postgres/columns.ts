import type { Predicate } from '@sallyport/core'
import { bodyOf, listOf, nodeOf, textOf } from './ast.ts'
import { callByField } from './functions.ts'
import { rangesNamed, visibleRanges, type Range } from './scope.ts'
import type { Handler, Walker } from './walker.ts'

/**
 * References to columns. The text alone does not say to which relation an unqualified name belongs, so it is counted for every relation
 * in sight: the columns read are never fewer than those named here.
 */
export const COLUMN_HANDLERS: Readonly<Record<string, Handler>> = {
  ColumnRef: (walker, body) => {
    const fields = listOf(body['fields'])
    const names = fields.map((field) => textOf(bodyOf(field, 'String')?.['sval']))
    const star = nodeOf(fields.at(-1))?.tag === 'A_Star'
    const [first = '', second, third] = names
    if (star && fields.length === 1) wholeRows(walker, walker.scope.ranges)
    else if (star) wholeRows(walker, rangesNamed(walker.scope, names.at(-2) ?? ''))
    else if (second === undefined) unqualified(walker, first)
    else qualified(walker, names, third)
  },
  A_Star: () => {},
}

/** Counts a column for each of these ranges, with the predicate it stands in. */
export function mentionColumns(
  walker: Walker,
  ranges: readonly Range[],
  column: string,
  use: Predicate['use'] | undefined,
): void {
  for (const range of ranges) range.mention?.columns.add(column)
  if (use === undefined || ranges.length === 0) return
  const [only] = ranges
  const relation = ranges.length === 1 && only?.mention !== undefined && !only.renamed ? only.mention.name : undefined
  if (ranges.some((range) => range.mention === undefined || range.renamed)) walker.facts.predicatesUnknown = true
  walker.facts.predicates.set(`${relation ?? ''}\0${column}\0${use}`, { relation, column, use })
}

function unqualified(walker: Walker, name: string): void {
  if (walker.use === 'order' && walker.scope.outputs.has(name)) return
  const rows = rangesNamed(walker.scope, name)
  if (rows.length > 0) wholeRows(walker, rows)
  mentionColumns(walker, visibleRanges(walker.scope), name, walker.use)
}

function qualified(walker: Walker, names: readonly string[], third: string | undefined): void {
  // table.column, or schema.table.column, or (column of a composite type).field
  const [first = '', second = ''] = names
  const ranges = rangesNamed(walker.scope, third === undefined ? first : second)
  const column = third === undefined ? second : third
  const scalar = ranges.length === 0 || ranges.some((range) => range.scalar)
  callByField(walker, names.at(-1) ?? '', scalar ? 'any' : 'row')
  if (ranges.length > 0) mentionColumns(walker, ranges, column, walker.use)
  else {
    for (const name of names) unqualified(walker, name)
    if (walker.use !== undefined) walker.facts.predicatesUnknown = true
  }
}

function wholeRows(walker: Walker, ranges: readonly Range[]): void {
  for (const range of ranges) if (range.mention !== undefined) range.mention.all = true
  if (walker.use !== undefined) walker.facts.predicatesUnknown = true
}
