import type { Expression } from '../grammar/ast.ts'

type Value = number | string | null

/** The value of an expression in which no row, parameter, variable or function has a say; undefined for every other; null is NULL. */
export function constantOf(value: Expression): Value | undefined {
  if (value.type === 'literal') {
    if (value.kind === 'null') return null
    if (value.kind === 'boolean') return value.value === 'TRUE' ? 1 : 0
    if (value.kind === 'number') return Number(value.value)
    if (value.kind === 'string') return value.value
    return value.kind === 'bytes' ? bytesValue(value.value) : undefined
  }
  if (value.type === 'operation') {
    const [only] = value.operands
    const inner = only === undefined || value.operands.length > 1 ? undefined : constantOf(only)
    if (inner === undefined || inner === null) return undefined
    if (value.name === '-') return -numberOf(inner)
    if (value.name === '+') return inner
    return value.name === 'NOT' ? Number(numberOf(inner) === 0) : undefined
  }
  if (value.type !== 'chain') return undefined
  let result: Value | undefined
  for (const [index, operand] of value.operands.entries()) {
    const next = constantOf(operand)
    if (next === undefined || next === null) return undefined
    result = index === 0 ? next : compute(value.operators[index - 1] ?? '', result ?? 0, next)
    if (result === undefined) return undefined
  }
  return result
}

/** Whether the server takes a constant for true: a number other than 0, or a string that begins like one. */
export function truthOf(value: Value): boolean {
  return value !== null && numberOf(value) !== 0
}

/** Whether two expressions are written alike and mean the same for every row; calls are not compared. */
export function sameExpression(one: Expression, other: Expression): boolean {
  if (one.type === 'column' && other.type === 'column') {
    const length = Math.min(one.path.length, other.path.length)
    const last = (path: readonly string[]): string => path.slice(-length).join('\0').toLowerCase()
    return last(one.path) === last(other.path)
  }
  if (one.type === 'literal' && other.type === 'literal') return one.kind === other.kind && one.value === other.value
  if (one.type === 'chain' && other.type === 'chain') {
    return one.operators.join(' ') === other.operators.join(' ') && sameList(one.operands, other.operands)
  }
  if (one.type === 'operation' && other.type === 'operation') {
    return one.name === other.name && sameList(one.operands, other.operands)
  }
  return (
    one.type === 'call' &&
    other.type === 'call' &&
    one.path.join('.').toLowerCase() === other.path.join('.').toLowerCase() &&
    !CHANGING.has(one.path.join('.').toLowerCase()) &&
    sameList(one.args, other.args)
  )
}

function sameList(one: readonly Expression[], other: readonly Expression[]): boolean {
  return one.length === other.length && one.every((each, index) => sameExpression(each, other[index] ?? each))
}

function bytesValue(text: string): number | undefined {
  const digits = /^(?:0x|x')([\da-f]{1,13})'?$/i.exec(text)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}

function numberOf(value: number | string): number {
  if (typeof value === 'number') return value
  return Number(/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(value)?.[0] ?? 0)
}

function compute(operator: string, left: Value, right: Value): Value | undefined {
  if (left === null || right === null) return undefined
  const texts = typeof left === 'string' && typeof right === 'string'
  const [a, b] = [numberOf(left), numberOf(right)]
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? undefined : a / b
    case '=':
    case '<=>':
      // Collations may find more texts equal than these.
      return Number(texts ? left.toLowerCase() === right.toLowerCase() : a === b)
    case '<>':
    case '!=':
      return Number(texts ? left !== right : a !== b)
    case '<':
      return texts ? undefined : Number(a < b)
    case '>':
      return texts ? undefined : Number(a > b)
    case '<=':
      return texts ? undefined : Number(a <= b)
    case '>=':
      return texts ? undefined : Number(a >= b)
    case 'OR':
    case '||':
      return Number(a !== 0 || b !== 0)
    case 'AND':
    case '&&':
      return Number(a !== 0 && b !== 0)
    default:
      return undefined
  }
}

/** Functions whose two calls may differ. */
const CHANGING: ReadonlySet<string> = new Set(['rand', 'uuid', 'sysdate', 'uuid_short', 'random_bytes', 'sleep'])
