import type { Predicate } from '@sallyport/core'
import { bodyOf, fieldsOf, listOf, nameOf, nodeOf, textOf, type Fields } from './ast.ts'
import { isBuiltinType } from './builtins.ts'
import { callByField, callHidden, callOperator } from './functions.ts'
import type { Handler, Walker } from './walker.ts'

/** Expressions: which operators they call, and how the columns in them are used. */
export const EXPRESSION_HANDLERS: Readonly<Record<string, Handler>> = {
  A_Const: () => {},
  ParamRef: () => {},
  A_Expr: (walker, body) => {
    const kind = textOf(body['kind'])
    const operator = nameOf(body['name'])
    if (kind.includes('BETWEEN')) {
      // Its name is the keyword; what it calls are these two.
      callOperator(walker, ['>='])
      callOperator(walker, ['<='])
    } else callOperator(walker, operator)
    const use = operatorUse(kind, operator.at(-1) ?? '')
    operand(walker, body['lexpr'], use)
    operand(walker, body['rexpr'], use)
  },
  BoolExpr: (walker, body) => {
    // AND, OR and NOT hand a condition's use through to its parts.
    walker.node(body['args'])
  },
  NullTest: (walker, body) => walker.using('other', body['arg']),
  BooleanTest: (walker, body) => walker.using('equality', body['arg']),
  CaseExpr: (walker, body) => {
    if (body['arg'] !== undefined) callOperator(walker, ['='])
    walker.using(body['arg'] === undefined ? walker.use : 'equality', body['arg'])
    walker.node(body['args'])
    walker.node(body['defresult'])
  },
  CaseWhen: (walker, body) => {
    walker.using('equality', body['expr'])
    walker.node(body['result'])
  },
  SubLink: (walker, body) => {
    const operator = nameOf(body['operName'])
    const compares = body['testexpr'] !== undefined
    if (operator.length > 0) callOperator(walker, operator)
    else if (compares) callOperator(walker, ['='])
    walker.using(compares ? 'equality' : undefined, body['testexpr'])
    const exists = body['subLinkType'] === 'EXISTS_SUBLINK'
    walker.using(compares ? 'equality' : exists || walker.use === undefined ? undefined : 'other', body['subselect'])
  },
  SortBy: (walker, body) => {
    const operator = nameOf(body['useOp'])
    if (operator.length > 0) callOperator(walker, operator)
    walker.using('order', body['node'])
  },
  WindowDef: (walker, body) => {
    walker.using('group', body['partitionClause'])
    walker.using('order', body['orderClause'])
    walker.using(undefined, body['startOffset'])
    walker.using(undefined, body['endOffset'])
  },
  TypeName: (walker, body) => {
    const parts = nameOf(body['names'])
    const [schema, name] = [parts.at(-2), parts.at(-1)]
    // A type of pg_temp was made in this session; its domain checks run whatever they say.
    if (name !== undefined && schema?.startsWith('pg_temp') === true) walker.add(['unknown'])
    if (schema === 'pg_catalog' && name !== undefined && !isBuiltinType(name.replace(/^_/, ''))) walker.add(['read'])
    if (name !== undefined) callHidden(walker, walker.settings.userCode.types.get(name))
    walker.node(body['typmods'])
  },
  A_Indirection: (walker, body) => {
    walker.node(body['arg'])
    for (const step of listOf(body['indirection'])) {
      const field = bodyOf(step, 'String')?.['sval']
      if (typeof field === 'string') callByField(walker, field, 'any')
      else walker.node(step)
    }
  },
}

/** What an operator asks of its operands; undefined where it only computes. */
function operatorUse(kind: string, operator: string): Predicate['use'] | undefined {
  const byKind = USE_BY_KIND[kind]
  if (byKind !== undefined) return byKind
  return USE_BY_OPERATOR[operator]
}

/** A column that is compared as it is has the operator's use; one inside a computation is used somehow. */
function operand(walker: Walker, value: unknown, use: Predicate['use'] | undefined): void {
  const outer = walker.use === undefined ? undefined : 'other'
  if (Array.isArray(value)) {
    for (const item of value) operand(walker, item, use)
    return
  }
  const node = nodeOf(value)
  if (node?.tag === 'List') operand(walker, node.body['items'], use)
  else if (node?.tag === 'RowExpr') operand(walker, node.body['args'], use)
  else walker.using(use === undefined ? outer : isPlain(value) ? use : 'other', value)
}

function isPlain(value: unknown): boolean {
  const node = nodeOf(value)
  if (node?.tag === 'ColumnRef') return true
  if (node?.tag === 'TypeCast' || node?.tag === 'CollateClause') return isPlain((fieldsOf(node.body) as Fields)['arg'])
  return false
}

const USE_BY_KIND: Readonly<Record<string, Predicate['use']>> = {
  AEXPR_DISTINCT: 'equality',
  AEXPR_NOT_DISTINCT: 'equality',
  AEXPR_NULLIF: 'equality',
  AEXPR_IN: 'equality',
  AEXPR_LIKE: 'pattern',
  AEXPR_ILIKE: 'pattern',
  AEXPR_SIMILAR: 'pattern',
  AEXPR_BETWEEN: 'comparison',
  AEXPR_NOT_BETWEEN: 'comparison',
  AEXPR_BETWEEN_SYM: 'comparison',
  AEXPR_NOT_BETWEEN_SYM: 'comparison',
}
const USE_BY_OPERATOR: Readonly<Record<string, Predicate['use']>> = {
  '=': 'equality',
  '<>': 'equality',
  '~=': 'equality',
  '<': 'comparison',
  '>': 'comparison',
  '<=': 'comparison',
  '>=': 'comparison',
  '~<~': 'comparison',
  '~>~': 'comparison',
  '~<=~': 'comparison',
  '~>=~': 'comparison',
  '~': 'pattern',
  '~*': 'pattern',
  '!~': 'pattern',
  '!~*': 'pattern',
  '~~': 'pattern',
  '~~*': 'pattern',
  '!~~': 'pattern',
  '!~~*': 'pattern',
  '^@': 'pattern',
  '@@': 'pattern',
  '@>': 'other',
  '<@': 'other',
  '&&': 'other',
  '?': 'other',
  '?|': 'other',
  '?&': 'other',
  '@?': 'other',
}
