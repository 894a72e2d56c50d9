import type { Call, Chain, Expression, Operation } from '../grammar/ast.ts'
import { functionEffects } from '../catalogue/functions.ts'
import { column, star, type Use } from './columns.ts'
import type { Gatherer } from './gatherer.ts'
import { queryFacts } from './queries.ts'

/** Gathers the facts of an expression; `use` is what a predicate around it asks of its columns. */
export function visit(g: Gatherer, value: Expression, use: Use): void {
  switch (value.type) {
    case 'literal':
    case 'parameter':
    case 'variable':
    case 'system-variable':
      return
    case 'column':
      column(g, value.path, use)
      return
    case 'star':
      star(g, value.path, use)
      return
    case 'assignment':
      g.add('session')
      visit(g, value.value, inner(use))
      return
    case 'call':
      called(g, value, use)
      return
    case 'chain':
      chain(g, value, use)
      return
    case 'operation':
      operation(g, value, use)
      return
    case 'subquery':
      queryFacts(g, value.query, use)
  }
}

/** Gathers the facts of several expressions. */
export function visitAll(g: Gatherer, values: readonly Expression[], use: Use): void {
  for (const value of values) visit(g, value, use)
}

/** What a use becomes for the parts of a computation. */
function inner(use: Use): Use {
  return use === undefined ? undefined : 'other'
}

function called(g: Gatherer, call: Call, use: Use): void {
  const effects = functionEffects(g.settings, call)
  const name = (call.path.at(-1) ?? '').toLowerCase()
  const schema = call.path.length > 1 ? call.path.at(-2) : undefined
  g.facts.functions.set(`${schema ?? ''}\0${name}`, { schema, name, effects })
  g.addCalled(effects)
  if (SEQUENCES.has(name) && call.found === 'grammar') {
    sequence(g, call, name)
    return
  }
  visitAll(g, call.args, call.distinct ? 'group' : inner(use))
  visitAll(g, call.order, 'order')
}

/** The first argument names the sequence. */
function sequence(g: Gatherer, call: Call, name: string): void {
  const [named, ...others] = call.args
  if (named?.type === 'column') {
    const path = named.path.filter((part) => part !== '')
    g.mention(path, name === 'lastval' ? 'read' : 'write').all = true
  }
  visitAll(g, others, undefined)
}

function chain(g: Gatherer, { operators, operands }: Chain, use: Use): void {
  const [operator = ''] = operators
  if (LOGICAL.has(operator) && !(operator === '||' && isConcatenation(g))) {
    visitAll(g, operands, use)
    return
  }
  const asked = COMPARED[operator]
  for (const operand of operands) compared(g, operand, asked, use)
}

function isConcatenation(g: Gatherer): boolean {
  return g.settings.sqlMode !== 'unknown' && g.settings.sqlMode.has('PIPES_AS_CONCAT')
}

/** A column that is compared as it is has the operator's use; one inside a computation is used somehow. */
function compared(g: Gatherer, operand: Expression, asked: Use, outer: Use): void {
  if (operand.type === 'operation' && operand.name === 'ROW') {
    for (const part of operand.operands) compared(g, part, asked, outer)
    return
  }
  visit(g, operand, asked === undefined ? inner(outer) : isPlain(operand) ? asked : 'other')
}

function isPlain(value: Expression): boolean {
  if (value.type === 'operation') {
    return (value.name === 'COLLATE' || value.name === 'BINARY') && value.operands.every((each) => isPlain(each))
  }
  return value.type === 'column' || value.type === 'subquery'
}

function operation(g: Gatherer, { name, operands }: Operation, use: Use): void {
  const base = name.startsWith('NOT ') ? name.slice(4) : name
  const asked = COMPARED[base]
  if (asked !== undefined) {
    for (const operand of operands) compared(g, operand, asked, use)
  } else if (base === 'NOT' || base === 'EXISTS' || base === 'ROW' || base === 'COLLATE' || base.startsWith('IS ')) {
    visitAll(g, operands, use)
  } else visitAll(g, operands, inner(use))
}

const LOGICAL: ReadonlySet<string> = new Set(['OR', 'XOR', 'AND', '||', '&&'])
const COMPARED: Readonly<Record<string, Use>> = Object.assign(Object.create(null) as object, {
  '=': 'equality',
  '<=>': 'equality',
  '<>': 'equality',
  '!=': 'equality',
  '= ANY': 'equality',
  '<> ANY': 'equality',
  '!= ANY': 'equality',
  '<': 'comparison',
  '>': 'comparison',
  '<=': 'comparison',
  '>=': 'comparison',
  '< ANY': 'comparison',
  '> ANY': 'comparison',
  '<= ANY': 'comparison',
  '>= ANY': 'comparison',
  IN: 'equality',
  MEMBER: 'other',
  'CASE OF': 'equality',
  BETWEEN: 'comparison',
  LIKE: 'pattern',
  RLIKE: 'pattern',
  REGEXP: 'pattern',
  SOUNDS: 'pattern',
  MATCH: 'pattern',
} satisfies Record<string, Use>)
const SEQUENCES: ReadonlySet<string> = new Set(['nextval', 'lastval', 'setval'])
