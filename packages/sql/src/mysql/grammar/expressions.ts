import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { comparison, predicate } from './predicates.ts'
import { primary } from './primary.ts'
import { intervalOf } from './intervals.ts'

/**
 * An expression. Spec: expressions; operator-precedence.
 *
 * Theory of operation: precedence climbing. `LEVELS` gives each infix operator its strength; operands of one strength are gathered
 * into one chain, however many there are.
 */
export function expression(c: Cursor, level: number = LOWEST): Expression {
  return c.deeper(() => follow(c, prefix(c, level), level))
}

/** The rest of an expression whose first operand is already read. */
export function follow(c: Cursor, first: Expression, level: number = LOWEST): Expression {
  let left = first
  let isPredicate = false
  let chain: { level: number; operators: string[]; operands: Expression[] } | undefined
  for (;;) {
    const strength = strengthOf(c)
    if (strength === undefined || strength < level) return left
    if (strength === COMPARISON || strength === PREDICATE) {
      // MySQL asks for parentheses around a predicate of a predicate.
      if (strength === PREDICATE && isPredicate && !c.isMaria) throw c.refuse()
      isPredicate = strength === PREDICATE
      left = strength === COMPARISON ? comparison(c, left) : predicate(c, left)
      chain = undefined
      continue
    }
    const operator = c.advance().keyword
    const right = strength === SUM && c.is('INTERVAL') ? intervalOf(c) : expression(c, strength + 1)
    if (chain?.level === strength) {
      chain.operators.push(operator)
      chain.operands.push(right)
      continue
    }
    const operators = [operator]
    const operands = [left, right]
    chain = { level: strength, operators, operands }
    left = { type: 'chain', operators, operands }
  }
}

/** A list of expressions. */
export function expressions(c: Cursor): Expression[] {
  return c.list(() => expression(c))
}

function prefix(c: Cursor, level: number): Expression {
  switch (c.token.keyword) {
    case 'NOT':
      if (c.reading.highNotPrecedence) return unary(c, 'NOT', CONCATENATION)
      if (level > NEGATION) throw c.refuse()
      return unary(c, 'NOT', NEGATION)
    case '!':
      return unary(c, 'NOT', CONCATENATION)
    case '-':
    case '+':
    case '~':
      return unary(c, c.token.keyword, CONCATENATION)
    case 'BINARY':
      return unary(c, 'BINARY', CONCATENATION)
    default:
      return primary(c)
  }
}

function unary(c: Cursor, operator: string, level: number): Expression {
  c.advance()
  return { type: 'operation', name: operator, operands: [expression(c, level)] }
}

/** How strongly the current token binds as an infix operator; undefined when it is none. */
function strengthOf(c: Cursor): number | undefined {
  const { keyword } = c.token
  if (keyword === '') return undefined
  if (keyword === '||') return c.reading.pipesAsConcat ? CONCATENATION : LOWEST
  if (keyword === 'NOT') return NEGATED_PREDICATES.has(c.peek().keyword) ? PREDICATE : undefined
  if (keyword === 'MEMBER' && (c.isMaria || c.peek().keyword === '.')) return undefined
  if (keyword === 'SOUNDS' && c.peek().keyword !== 'LIKE') return undefined
  return LEVELS[keyword]
}

/** The weakest strength: OR. */
export const LOWEST = 1
const NEGATION = 4
const COMPARISON = 5
/** IN, LIKE, BETWEEN, REGEXP. */
export const PREDICATE = 6
/** The weakest of the operators that compute: `|`. */
export const BIT_OR = 7
const SUM = 10
/** `||` under PIPES_AS_CONCAT, and what signs before an operand bind to. */
export const CONCATENATION = 13
const LEVELS: Readonly<Record<string, number>> = Object.assign(Object.create(null) as object, {
  OR: LOWEST,
  XOR: 2,
  AND: 3,
  '&&': 3,
  IS: COMPARISON,
  '=': COMPARISON,
  '<=>': COMPARISON,
  '<': COMPARISON,
  '>': COMPARISON,
  '<=': COMPARISON,
  '>=': COMPARISON,
  '<>': COMPARISON,
  '!=': COMPARISON,
  IN: PREDICATE,
  LIKE: PREDICATE,
  RLIKE: PREDICATE,
  REGEXP: PREDICATE,
  BETWEEN: PREDICATE,
  MEMBER: PREDICATE,
  SOUNDS: PREDICATE,
  '|': BIT_OR,
  '&': 8,
  '<<': 9,
  '>>': 9,
  '+': SUM,
  '-': SUM,
  '*': 11,
  '/': 11,
  '%': 11,
  DIV: 11,
  MOD: 11,
  '^': 12,
})
const NEGATED_PREDICATES: ReadonlySet<string> = new Set(['IN', 'LIKE', 'RLIKE', 'REGEXP', 'BETWEEN'])
