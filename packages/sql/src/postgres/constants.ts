import { fieldsOf, nameOf, nodeOf, textOf, type Fields } from './ast.ts'

/** The value of an expression that no row, parameter or function has a say in; undefined for every other; null is SQL's NULL. */
export function constantOf(value: unknown): string | number | boolean | null | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  if (node.tag === 'A_Const') return literal(node.body)
  if (node.tag === 'TypeCast') return cast(node.body)
  if (node.tag === 'A_Expr' && node.body['kind'] === 'AEXPR_OP') return operation(node.body)
  return undefined
}

/** Whether two expressions are written alike, wherever they stand, and mean the same for every row: no call, no parameter-less doubt. */
export function sameExpression(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return false
  const [a, b] = [nodeOf(one), nodeOf(other)]
  // "t.id" and "id" are one column unless another relation has it too; taken for the same, a condition is refused rather than believed.
  if (a?.tag === 'ColumnRef' && b?.tag === 'ColumnRef')
    return sameColumn(nameOf(a.body['fields']), nameOf(b.body['fields']))
  return alike(one, other)
}

function sameColumn(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.min(one.length, other.length)
  return length > 0 && one.slice(-length).every((part, index) => part === other.slice(-length)[index])
}

function alike(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => alike(item, other[index]))
  }
  const [a, b] = [fieldsOf(one), fieldsOf(other)]
  if (a === undefined || b === undefined) return one === other
  const keys = Object.keys(a).filter((key) => !POSITIONS.has(key))
  return (
    keys.length === Object.keys(b).filter((key) => !POSITIONS.has(key)).length &&
    keys.every((key) => alike(a[key], b[key]))
  )
}

function literal(body: Fields): string | number | boolean | null | undefined {
  if (body['isnull'] === true) return null
  const integer = fieldsOf(body['ival'])
  if (integer !== undefined) return Number(integer['ival'] ?? 0)
  const float = fieldsOf(body['fval'])
  if (float !== undefined) return Number(textOf(float['fval']))
  const boolean = fieldsOf(body['boolval'])
  if (boolean !== undefined) return boolean['boolval'] === true
  const text = fieldsOf(body['sval'])
  return text === undefined ? undefined : textOf(text['sval'])
}

function cast(body: Fields): string | number | boolean | null | undefined {
  const inner = constantOf(body['arg'])
  const type = nameOf(fieldsOf(body['typeName'])?.['names']).at(-1) ?? ''
  if (inner === undefined || inner === null) return inner
  if (NUMBERS.has(type)) return Number(inner)
  if (type === 'bool') return typeof inner === 'boolean' ? inner : String(inner)
  return typeof inner === 'boolean' ? undefined : inner
}

function operation(body: Fields): string | number | boolean | null | undefined {
  const name = nameOf(body['name'])
  const left = constantOf(body['lexpr'])
  const right = constantOf(body['rexpr'])
  if (name.length !== 1 || right === undefined) return undefined
  if (body['lexpr'] === undefined) return name[0] === '-' && typeof right === 'number' ? -right : undefined
  if (left === undefined) return undefined
  if (left === null || right === null) return null
  return name[0] === undefined ? undefined : compute(name[0], left, right)
}

type Value = string | number | boolean

function compute(operator: string, left: Value, right: Value): Value | undefined {
  // Untyped literals take the other side's type.
  const numeric = typeof left === 'number' || typeof right === 'number'
  const [a, b] = numeric ? [Number(left), Number(right)] : [left, right]
  if (numeric && (Number.isNaN(a) || Number.isNaN(b))) return undefined
  switch (operator) {
    case '=':
      return a === b
    case '<>':
      return a !== b
    case '<':
      return numeric ? a < b : undefined
    case '>':
      return numeric ? a > b : undefined
    case '<=':
      return numeric ? a <= b : undefined
    case '>=':
      return numeric ? a >= b : undefined
    case '+':
      return numeric ? Number(a) + Number(b) : undefined
    case '-':
      return numeric ? Number(a) - Number(b) : undefined
    case '*':
      return numeric ? Number(a) * Number(b) : undefined
    case '||':
      return numeric ? undefined : `${String(a)}${String(b)}`
    default:
      return undefined
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'])
const POSITIONS: ReadonlySet<string> = new Set([
  'location',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
])
