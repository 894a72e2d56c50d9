import { bodyOf, fieldsOf, listOf, nameOf, nodeOf } from './ast.ts'
import { constantOf } from './constants.ts'

/** Calls of pg_catalog that make much of little. The planner computes them before any time limit looks, in memory that nothing bounds. */
export function growsValues(name: string): boolean {
  return GROWING.has(name)
}

/**
 * About how many bytes a call of such a function builds, as far as its text tells: 0 where a column or a parameter decides, infinity where nothing
 * but constants decide and still it cannot be told.
 */
export function builtBytes(name: string, args: unknown): number {
  return GROWING.get(name)?.(listOf(args)) ?? 0
}

type Size = (args: readonly unknown[]) => number

function repeated([text, times]: readonly unknown[]): number {
  return sizeOf(text) * count(times)
}

function padded([, length]: readonly unknown[]): number {
  return count(length)
}

/** The product of the dimensions, of four bytes each. */
function filled([, dimensions]: readonly unknown[]): number {
  const elements = bodyOf(inner(dimensions), 'A_ArrayExpr')?.['elements']
  if (elements !== undefined) return listOf(elements).reduce<number>((product, each) => product * dimension(each), 4)
  const literal = constantOf(dimensions)
  if (typeof literal !== 'string') return count(dimensions)
  return (literal.match(/\d+/g) ?? []).reduce((product, each) => product * Number(each), 4)
}

/** Of an array in the array the server makes an error, and nothing else. */
function dimension(value: unknown): number {
  return bodyOf(inner(value), 'A_ArrayExpr') === undefined ? count(value) : 1
}

/** The widest field, in characters: as the pattern says it, or an argument. */
function formatted([pattern, ...values]: readonly unknown[]): number {
  const text = constantOf(pattern)
  if (typeof text !== 'string') return 0
  const widths = [...text.matchAll(/%(?:\d+\$)?-?(\d+|\*)/g)].map(([, width]) => width)
  const told = widths.reduce((sum, width) => sum + (width === '*' ? 0 : Number(width)), 0)
  const given = values.map((value) => constantOf(value)).filter((value) => typeof value === 'number')
  return told + (widths.includes('*') ? given.reduce((sum, value) => sum + Math.abs(value), 0) : 0)
}

/** At least how many bytes an expression has; 1 for what is not told. */
function sizeOf(value: unknown): number {
  const constant = constantOf(value)
  if (constant !== undefined) return String(constant).length
  const node = nodeOf(inner(value))
  if (node === undefined) return 1
  if (node.tag === 'A_Expr') return sizeOf(node.body['lexpr']) + sizeOf(node.body['rexpr'])
  if (node.tag !== 'FuncCall') return 1
  return Math.max(1, builtBytes(nameOf(node.body['funcname']).at(-1) ?? '', node.body['args']))
}

/** The number that an expression stands for, never below 0; 0 where a row or a parameter decides, infinity where it cannot be told. */
function count(value: unknown): number {
  const number = numberOf(value)
  if (number === undefined) return dependsOnMore(value) ? 0 : Number.POSITIVE_INFINITY
  return Math.max(0, number)
}

function numberOf(value: unknown): number | undefined {
  const constant = constantOf(value)
  if (constant === null) return 0
  if (constant !== undefined) return Number.isNaN(Number(constant)) ? undefined : Number(constant)
  const node = nodeOf(inner(value))
  if (node?.tag !== 'A_Expr') return undefined
  const [operator = ''] = nameOf(node.body['name'])
  const right = numberOf(node.body['rexpr'])
  const left = node.body['lexpr'] === undefined ? 0 : numberOf(node.body['lexpr'])
  return left === undefined || right === undefined ? undefined : ARITHMETIC[operator]?.(left, right)
}

/** An expression without the casts around it. */
function inner(value: unknown): unknown {
  let current = value
  for (let body = castBody(current); body !== undefined; body = castBody(current)) current = body['arg']
  return current
}

function castBody(value: unknown): ReturnType<typeof bodyOf> {
  return bodyOf(value, 'TypeCast') ?? bodyOf(value, 'CollateClause')
}

/** Whether a column, a parameter or a query has a say in it. Of a large expression it sees the beginning: what follows counts as constant. */
function dependsOnMore(value: unknown): boolean {
  const waiting = [value]
  for (let seen = 0; seen < MAX_NODES && waiting.length > 0; seen += 1) {
    const next = waiting.pop()
    if (Array.isArray(next)) waiting.push(...next.slice(0, MAX_NODES))
    for (const [key, part] of Object.entries(fieldsOf(next) ?? {})) {
      if (VARYING.has(key)) return true
      if (typeof part === 'object') waiting.push(part)
    }
  }
  return false
}

const MAX_NODES = 1000
const VARYING: ReadonlySet<string> = new Set(['ColumnRef', 'ParamRef', 'SubLink', 'SQLValueFunction'])
const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) => left ** right,
  '<<': (left, right) => left * 2 ** right,
  '>>': (left, right) => left / 2 ** right,
}
const GROWING: ReadonlyMap<string, Size> = new Map<string, Size>([
  ['repeat', repeated],
  ['lpad', padded],
  ['rpad', padded],
  ['array_fill', filled],
  ['format', formatted],
])
