import type { Predicate } from '@sallyport/core'
import type { Path } from '../grammar/ast.ts'
import { visit } from './expressions.ts'
import type { Gatherer } from './gatherer.ts'
import { rangesNamed, visibleRanges, type Range } from './scope.ts'

/** How the columns met next are used by a predicate; undefined where they are not. */
export type Use = Predicate['use'] | undefined

/**
 * A reference to a column. The text alone does not say to which relation an unqualified name belongs, so it is counted for every relation in
 * sight: the columns read are never fewer than those named here. Names of columns have no case; they are given in lower case.
 */
export function column(g: Gatherer, path: Path, use: Use): void {
  const name = (path.at(-1) ?? '').toLowerCase()
  const qualifier = path.length > 1 ? (path.at(-2) ?? '').toLowerCase() : undefined
  if (qualifier === undefined) {
    const output = g.seesOutputs ? g.scope.outputs.get(name) : undefined
    if (output !== undefined) {
      g.seesOutputs = false
      visit(g, output, use)
      g.seesOutputs = true
    }
    if (output === undefined || use !== 'order') mentionColumn(g, visibleRanges(g.scope), name, use)
    return
  }
  const ranges = rangesNamed(g.scope, qualifier)
  if (ranges.length > 0) mentionColumn(g, ranges, name, use)
  else {
    // `schema.table.column` of a table behind an alias, NEW.column of a trigger, or a mistake.
    mentionColumn(g, visibleRanges(g.scope), name, use)
    if (use !== undefined) g.facts.predicatesUnknown = true
  }
}

/** Counts a column for each of these ranges, with the predicate it stands in. */
export function mentionColumn(g: Gatherer, ranges: readonly Range[], name: string, use: Use): void {
  for (const range of ranges) range.mention?.columns.add(name)
  if (use === undefined || ranges.length === 0) return
  const [only] = ranges
  g.predicate(ranges.length === 1 ? only?.mention?.name : undefined, name, use)
  if (ranges.some((range) => range.mention === undefined)) g.facts.predicatesUnknown = true
}

/** `*` and `t.*`. */
export function star(g: Gatherer, path: Path, use: Use): void {
  const qualifier = path.at(-1)?.toLowerCase()
  const ranges = qualifier === undefined ? g.scope.ranges : rangesNamed(g.scope, qualifier)
  for (const range of ranges) if (range.mention !== undefined) range.mention.all = true
  if (use !== undefined) g.facts.predicatesUnknown = true
}
