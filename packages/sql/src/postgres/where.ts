import type { Where } from '@sallyport/core'
import { bodyOf, listOf, nameOf, nodeOf, textOf, type Fields } from './ast.ts'
import { isSelfJoin, mentionsTarget, targetOf, type Target } from './change-target.ts'
import { constantOf, sameExpression } from './constants.ts'

/** How an UPDATE or DELETE chooses its rows. */
export function whereOf(body: Fields): Where {
  const condition = body['whereClause']
  if (condition === undefined) return 'absent'
  const target = targetOf(body)
  const verdict = truth(condition, target)
  if (verdict === true) return 'always-true'
  // A condition that looks at no column of the target is the same for all its rows.
  if (verdict !== false && !mentionsTarget(condition, target)) return 'always-true'
  return 'present'
}

/** The same for MERGE: it changes what its ON condition lets through, and with NOT MATCHED BY SOURCE all the rest. */
export function mergeWhere(body: Fields): Where {
  const changing = listOf(body['mergeWhenClauses'])
    .map((item) => bodyOf(item, 'MergeWhenClause') ?? {})
    .filter((clause) => clause['commandType'] === 'CMD_UPDATE' || clause['commandType'] === 'CMD_DELETE')
  if (changing.length === 0) return 'none'
  const bySource = changing.filter((clause) => clause['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE')
  if (bySource.some((clause) => clause['condition'] === undefined)) return 'absent'
  const on = truth(body['joinCondition'], targetOf(body))
  return on === true || bySource.some((clause) => truth(clause['condition'], targetOf(body)) === true)
    ? 'always-true'
    : 'present'
}

/** Whether a condition is true, or false, for every row whose columns are not null; undefined when that depends. */
function truth(value: unknown, target: Target): boolean | undefined {
  const node = nodeOf(value)
  if (node === undefined) return undefined
  const constant = constantOf(value)
  if (constant !== undefined) return constant === null ? false : isTrue(constant)
  const { body } = node
  switch (node.tag) {
    case 'BoolExpr':
      return junction(body, target)
    case 'A_Expr':
      return comparison(body, target)
    case 'NullTest':
      return nullTest(body)
    case 'BooleanTest':
      return booleanTest(body, target)
    case 'TypeCast':
    case 'CollateClause':
      return truth(body['arg'], target)
    case 'CoalesceExpr':
      return truth(listOf(body['args'])[0], target)
    case 'CaseExpr':
      return everyBranch(body, target)
    case 'SubLink':
      return subLink(body, target)
    default:
      return undefined
  }
}

function junction(body: Fields, target: Target): boolean | undefined {
  const args = listOf(body['args'])
  const values = args.map((arg) => truth(arg, target))
  if (body['boolop'] === 'NOT_EXPR') return values[0] === undefined ? undefined : !values[0]
  const dominant = body['boolop'] === 'OR_EXPR'
  if (values.includes(dominant)) return dominant
  if (dominant && args.some((one, index) => args.slice(0, index).some((other) => areComplements(one, other))))
    return true
  return values.every((item) => item === !dominant) ? !dominant : undefined
}

/** `x` and `NOT x`; `x IS NULL` and `x IS NOT NULL`; `x = y` and `x <> y`, `x < y` and `x >= y`, and so on. */
function areComplements(one: unknown, other: unknown): boolean {
  const [a, b] = [nodeOf(one), nodeOf(other)]
  if (a === undefined || b === undefined) return false
  if (a.tag === 'BoolExpr' && a.body['boolop'] === 'NOT_EXPR') return sameExpression(listOf(a.body['args'])[0], other)
  if (b.tag === 'BoolExpr' && b.body['boolop'] === 'NOT_EXPR') return sameExpression(listOf(b.body['args'])[0], one)
  if (a.tag === 'NullTest' && b.tag === 'NullTest') {
    return a.body['nulltesttype'] !== b.body['nulltesttype'] && sameExpression(a.body['arg'], b.body['arg'])
  }
  if (a.tag !== 'A_Expr' || b.tag !== 'A_Expr') return false
  if (!sameExpression(a.body['lexpr'], b.body['lexpr']) || !sameExpression(a.body['rexpr'], b.body['rexpr']))
    return false
  const [first, second] = [nameOf(a.body['name']).at(-1) ?? '', nameOf(b.body['name']).at(-1) ?? '']
  if (a.body['kind'] === b.body['kind'] && NEGATIONS[first] === second) return true
  // Ranges that overlap: x < 5 OR x > 1 is left to the server; x <= y OR x >= y is not.
  return a.body['kind'] === 'AEXPR_OP' && (OVERLAPS[first]?.includes(second) ?? false)
}

function comparison(body: Fields, target: Target): boolean | undefined {
  const kind = textOf(body['kind'])
  const operator = nameOf(body['name']).at(-1) ?? ''
  const left = body['lexpr']
  const right = body['rexpr']
  if (kind === 'AEXPR_NOT_DISTINCT' && sameExpression(left, right)) return true
  if (kind === 'AEXPR_OP' && operator === '=' && isSelfJoin(left, right, target)) return true
  if (kind === 'AEXPR_OP' && REFLEXIVE.has(operator) && sameExpression(left, right)) return true
  if (kind === 'AEXPR_OP' && IRREFLEXIVE.has(operator) && sameExpression(left, right)) return false
  if (kind === 'AEXPR_DISTINCT' && sameExpression(left, right)) return false
  if (kind === 'AEXPR_IN' && operator === '=') {
    if (listOf(bodyOf(right, 'List')?.['items']).some((item) => sameExpression(left, item))) return true
  }
  if (kind === 'AEXPR_OP_ANY' && operator === '=') {
    if (listOf(bodyOf(right, 'A_ArrayExpr')?.['elements']).some((item) => sameExpression(left, item))) return true
  }
  if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_BETWEEN_SYM') {
    const bounds = listOf(bodyOf(right, 'List')?.['items'])
    if (bounds.length === 2 && bounds.every((bound) => sameExpression(left, bound))) return true
  }
  const pattern = constantOf(right)
  if ((kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') && operator.startsWith('~~') && typeof pattern === 'string') {
    if (/^%+$/.test(pattern)) return true
  }
  if ((operator === '~' || operator === '~*') && typeof pattern === 'string' && /^\^?(\.\*)*\$?$/.test(pattern))
    return true
  return undefined
}

function nullTest(body: Fields): boolean | undefined {
  const positive = body['nulltesttype'] === 'IS_NOT_NULL'
  const constant = constantOf(body['arg'])
  if (constant !== undefined) return (constant !== null) === positive
  const column = nameOf(bodyOf(body['arg'], 'ColumnRef')?.['fields']).at(-1) ?? ''
  return SYSTEM_COLUMNS.has(column) ? positive : undefined
}

function booleanTest(body: Fields, target: Target): boolean | undefined {
  const inner = truth(body['arg'], target)
  const type = textOf(body['booltesttype'])
  if (inner === undefined) return undefined
  if (type === 'IS_TRUE' || type === 'IS_NOT_FALSE') return inner
  if (type === 'IS_FALSE' || type === 'IS_NOT_TRUE') return !inner
  return type === 'IS_NOT_UNKNOWN'
}

function everyBranch(body: Fields, target: Target): boolean | undefined {
  const results = listOf(body['args']).map((item) => truth(bodyOf(item, 'CaseWhen')?.['result'], target))
  const first = nodeOf(listOf(body['args'])[0])?.body['expr']
  if (body['arg'] === undefined && truth(first, target) === true) return results[0]
  const all = [...results, body['defresult'] === undefined ? false : truth(body['defresult'], target)]
  return all.every((item) => item === true) ? true : all.every((item) => item === false) ? false : undefined
}

/** `EXISTS (SELECT 1)`, `(SELECT true)`, and `id IN (SELECT id FROM the same table)` without conditions of their own. */
function subLink(body: Fields, target: Target): boolean | undefined {
  const select = bodyOf(body['subselect'], 'SelectStmt') ?? {}
  const restricted = RESTRICTING.some((field) => select[field] !== undefined) || select['op'] !== 'SETOP_NONE'
  if (restricted) return undefined
  const from = listOf(select['fromClause'])
  const output = bodyOf(listOf(select['targetList'])[0], 'ResTarget')?.['val']
  if (body['subLinkType'] === 'EXISTS_SUBLINK') return from.length === 0 ? true : undefined
  if (body['subLinkType'] === 'EXPR_SUBLINK') return from.length === 0 ? truth(output, target) : undefined
  if (body['subLinkType'] !== 'ANY_SUBLINK' || body['operName'] !== undefined) return undefined
  if (from.length === 0) return sameExpression(body['testexpr'], output) ? true : undefined
  const relation = bodyOf(from[0], 'RangeVar')
  const sameTable = from.length === 1 && relation?.['relname'] === target.name
  return sameTable && lastName(body['testexpr']) !== '' && lastName(body['testexpr']) === lastName(output)
    ? true
    : undefined
}

function lastName(value: unknown): string {
  return nameOf(bodyOf(value, 'ColumnRef')?.['fields']).at(-1) ?? ''
}

function isTrue(constant: string | number | boolean): boolean | undefined {
  if (typeof constant === 'boolean') return constant
  const text = String(constant).trim().toLowerCase()
  if (TRUE_WORDS.has(text)) return true
  return FALSE_WORDS.has(text) ? false : undefined
}

const REFLEXIVE: ReadonlySet<string> = new Set(['=', '<=', '>=', '~=', '~~', '@>', '<@', '&&'])
const IRREFLEXIVE: ReadonlySet<string> = new Set(['<>', '<', '>'])
const NEGATIONS: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '~~': '!~~',
  '!~~': '~~',
  '~': '!~',
  '!~': '~',
}
const OVERLAPS: Readonly<Record<string, readonly string[]>> = { '<=': ['>='], '>=': ['<='] }
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])
const RESTRICTING: readonly string[] = [
  'whereClause',
  'havingClause',
  'groupClause',
  'limitCount',
  'limitOffset',
  'withClause',
  'valuesLists',
]
const TRUE_WORDS: ReadonlySet<string> = new Set(['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1'])
const FALSE_WORDS: ReadonlySet<string> = new Set(['f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0'])
