import type { Mention } from '../../postgres/facts.ts'
import type { Expression } from '../grammar/ast.ts'

/** What names mean at one level of a query; an inner level sees the outer ones. Names here are in lower case. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly ctes: Set<string>
  readonly ranges: Range[]
  /** Aliases of the select list, which ORDER BY, GROUP BY and HAVING see. */
  readonly outputs: Map<string, Expression>
}

/** An entry of a FROM list, or the target of a change. */
export interface Range {
  readonly alias: string
  /** Undefined for what is no relation: subqueries, common table expressions, JSON_TABLE. */
  readonly mention: Mention | undefined
}

export function innerScope(parent: Scope | undefined): Scope {
  return { parent, ctes: new Set(), ranges: [], outputs: new Map() }
}

/** Whether an unqualified name means a common table expression here. */
export function isCte(scope: Scope, name: string): boolean {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    if (level.ctes.has(name)) return true
  }
  return false
}

/** The ranges that a qualifier names, on the innermost level that knows it. */
export function rangesNamed(scope: Scope, alias: string): readonly Range[] {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const found = level.ranges.filter((range) => range.alias === alias)
    if (found.length > 0) return found
  }
  return []
}

/** Every range in sight. */
export function visibleRanges(scope: Scope): readonly Range[] {
  if (scope.parent === undefined) return scope.ranges
  const all: Range[] = []
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) all.push(...level.ranges)
  return all
}
