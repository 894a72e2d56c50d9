import type { Arm, Expression, Query, StatementNode } from './grammar/ast.ts'
import { AGGREGATES } from './grammar/calls.ts'

/** What whoever asks a planner about a statement must know of it. */
export interface MysqlPlanning {
  /** It is an EXPLAIN: of a `plan` alone, or one that runs (`run`) what it explains; undefined for any other statement. */
  readonly explains: 'plan' | 'run' | undefined
  /** It takes rows from something: tables, other queries, common table expressions. */
  readonly reads: boolean
  /**
   * It has a query inside that gives one row at most, and reads tables for it: MySQL runs such a query while it plans, and so it does under EXPLAIN
   * (seen on MySQL 9.7: `SELECT … WHERE id = (SELECT count(*) FROM a, b)`, and the same as a derived table).
   */
  readonly inner: 'one-row' | undefined
  /**
   * After how many rows of its one source it stops reading, LIMIT and OFFSET together; undefined where it reads all, or where the text does not tell.
   * No planner of these servers takes account of it. SQL_CALC_FOUND_ROWS, which reads on, is not looked for.
   */
  readonly wanted: number | undefined
}

/** Reads it off a statement's tree. */
export function planningOf(node: StatementNode): MysqlPlanning {
  if (node.type === 'explain') return { ...planningOf(node.statement), explains: node.analyze ? 'run' : 'plan' }
  const explains = node.type === 'utility' && node.kind === 'explain' ? 'plan' : undefined
  const inner = hasOneRowQuery(node) ? 'one-row' : undefined
  return { explains, reads: readsAnything(node), inner, wanted: node.type === 'query' ? wantedBy(node) : undefined }
}

function wantedBy({ arms, limit }: Query): number | undefined {
  const [arm] = arms
  if (limit?.count === undefined || limit.withTies || arms.length !== 1 || arm === undefined) return undefined
  if (arm.type === 'select') {
    const reads = arm.distinct || arm.group.length > 0 || arm.having !== undefined || arm.procedure !== undefined
    if (reads || arm.items.some(({ value }) => gathers(value))) return undefined
  } else if (arm.type !== 'table') return undefined
  const wanted = literal(limit.count) + (limit.offset === undefined ? 0 : literal(limit.offset))
  return Number.isSafeInteger(wanted) ? wanted : undefined
}

function readsAnything(node: StatementNode): boolean {
  if (node.type === 'update' || node.type === 'delete') return true
  return some(node, (part) => isQuery(part) && part.arms.some((arm) => readsTables(arm)))
}

function literal(value: Expression): number {
  return value.type === 'literal' && /^\d+$/.test(value.value) ? Number(value.value) : Number.NaN
}

/** Whether any query but the outermost gives one row at most by its form, and reads tables. */
function hasOneRowQuery(node: StatementNode): boolean {
  const outermost = new Set<unknown>([node])
  if (node.type === 'insert' && node.query !== undefined) outermost.add(node.query)
  return some(node, (part) => {
    if (!isQuery(part)) return false
    if (!outermost.has(part)) return isOneRow(part)
    // What stands in parentheses at the top is no less at the top.
    for (const arm of part.arms) outermost.add(arm)
    return false
  })
}

function isQuery(part: object): part is Query {
  return (part as { readonly type?: unknown }).type === 'query'
}

function isOneRow({ arms, limit, operators }: Query): boolean {
  if (!arms.some((arm) => readsTables(arm))) return false
  // One whose LIMIT is no literal may be anything.
  if (limit?.count !== undefined && !(literal(limit.count) > 1)) return true
  // A union of two has two; what is left by the others is no more than the first gives.
  if (operators.some((operator) => operator.startsWith('UNION'))) return false
  const [first] = arms
  return first !== undefined && armIsOneRow(first)
}

function readsTables(arm: Arm): boolean {
  if (arm.type === 'query') return arm.arms.some((each) => readsTables(each))
  return arm.type === 'table' || (arm.type === 'select' && arm.from.length > 0)
}

function armIsOneRow(arm: Arm): boolean {
  if (arm.type === 'query') return isOneRow(arm)
  if (arm.type !== 'select' || arm.group.length > 0) return arm.type === 'values' && arm.rows.length < 2
  if (arm.from.length === 0) return true
  return gathers(arm.having) || arm.items.some(({ value }) => gathers(value))
}

/** Whether an expression makes one value of many rows, or looks at other rows than its own. */
function gathers(value: Expression | undefined): boolean {
  return some(value, (part) => {
    const { type, path, windowed } = part as { readonly [key in 'type' | 'path' | 'windowed']?: unknown }
    const name = Array.isArray(path) ? path.join('.').toUpperCase() : ''
    return type === 'call' && (windowed === true || AGGREGATES.has(name))
  })
}

/** Whether any object of a tree is what is looked for; an object is looked at before its parts. */
function some(tree: unknown, is: (part: object) => boolean): boolean {
  const waiting: unknown[] = [tree]
  while (waiting.length > 0) {
    const part = waiting.pop()
    if (typeof part !== 'object' || part === null) continue
    if (!Array.isArray(part) && is(part)) return true
    for (const each of Object.values(part)) if (typeof each === 'object') waiting.push(each)
  }
  return false
}
