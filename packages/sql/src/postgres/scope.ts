import type { Mention } from './facts.ts'

/** What names mean at one level of a query; an inner level sees the outer ones. */
export interface Scope {
  readonly parent: Scope | undefined
  /** Names of common table expressions that this level defines. */
  readonly ctes: Set<string>
  readonly ranges: Range[]
  /** Names of output columns, which ORDER BY prefers to input columns. */
  readonly outputs: Set<string>
}

/** An entry of a FROM list, or the target of a DML statement. */
export interface Range {
  /** The name by which columns are qualified; '' for a join without one. */
  readonly alias: string
  /** The relation behind it; undefined for subqueries, functions and common table expressions. */
  readonly mention: Mention | undefined
  /** True when an alias list gives the columns other names. */
  readonly renamed: boolean
  /** True for a function, whose name can stand for a value that is no row. */
  readonly scalar: boolean
}

/** A level below another. */
export function innerScope(parent: Scope | undefined): Scope {
  return { parent, ctes: new Set(), ranges: [], outputs: new Set() }
}

/** Whether an unqualified name means a common table expression here. */
export function isCte(scope: Scope, name: string): boolean {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    if (level.ctes.has(name)) return true
  }
  return false
}

/** The ranges that a qualifier names: those of the innermost level that knows it. */
export function rangesNamed(scope: Scope, alias: string): readonly Range[] {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const found = level.ranges.filter((range) => range.alias === alias)
    if (found.length > 0) return found
  }
  return []
}

/** Every range that is visible. */
export function visibleRanges(scope: Scope): readonly Range[] {
  if (scope.parent === undefined) return scope.ranges
  const all: Range[] = []
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) all.push(...level.ranges)
  return all
}
