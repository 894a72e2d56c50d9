import type { Arm, CommonTable, Expression, Query, Select, TableReference } from '../grammar/ast.ts'
import { mentionColumn, type Use } from './columns.ts'
import { visit, visitAll } from './expressions.ts'
import type { Gatherer } from './gatherer.ts'
import { hintFacts } from './hints.ts'
import { isCte } from './scope.ts'

/** Gathers the facts of a query in all its forms; `use` is what a predicate around it asks of its outputs. */
export function queryFacts(g: Gatherer, query: Query, use: Use): void {
  g.add('read')
  const outputs = g.seesOutputs
  g.seesOutputs = false
  g.inScope(() => {
    commonTables(g, query.ctes, query.recursive)
    const distinct = query.operators.some((operator) => !operator.endsWith(' ALL'))
    const [first] = query.arms
    if (query.arms.length === 1 && first !== undefined && first.type !== 'query') {
      armFacts(g, first, use)
      trailing(g, query)
    } else {
      for (const arm of query.arms) g.inScope(() => armFacts(g, arm, distinct ? 'group' : use))
      trailing(g, query)
    }
  })
  g.seesOutputs = outputs
  if (query.locks) g.add('write')
  intoFacts(g, query.into)
}

/** In WITH each expression sees those before it; in WITH RECURSIVE each sees itself too. */
export function commonTables(g: Gatherer, ctes: readonly CommonTable[], recursive: boolean): void {
  if (recursive) for (const { name } of ctes) g.scope.ctes.add(name.toLowerCase())
  for (const { name, query } of ctes) {
    g.inScope(() => queryFacts(g, query, undefined))
    g.scope.ctes.add(name.toLowerCase())
  }
}

/** ORDER BY may name outputs by alias or position. */
function trailing(g: Gatherer, { arms, order }: Query): void {
  const [first] = arms
  const items = first?.type === 'select' ? first.items : []
  ordered(
    g,
    order,
    items.map(({ value }) => value),
    'order',
  )
}

function ordered(
  g: Gatherer,
  parts: readonly Expression[],
  items: readonly Expression[],
  use: 'order' | 'group',
): void {
  g.seesOutputs = true
  for (const part of parts) {
    const position = part.type === 'literal' && part.kind === 'number' ? Number(part.value) : undefined
    if (position === undefined) visit(g, part, use)
    else if (items.some((each) => each.type === 'star')) g.facts.predicatesUnknown = true
    else {
      const item = items[position - 1]
      g.seesOutputs = false
      if (item === undefined) g.facts.predicatesUnknown = true
      else visit(g, item, use)
      g.seesOutputs = true
    }
  }
  g.seesOutputs = false
}

function armFacts(g: Gatherer, arm: Arm, use: Use): void {
  switch (arm.type) {
    case 'query':
      queryFacts(g, arm, use)
      return
    case 'values':
      for (const row of arm.rows) visitAll(g, row, use)
      return
    case 'table':
      tableFacts(g, { type: 'named', path: arm.path, alias: undefined, period: [] }, true)
      if (use !== undefined) g.facts.predicatesUnknown = true
      return
    case 'select':
      selectFacts(g, arm, use)
  }
}

function selectFacts(g: Gatherer, select: Select, use: Use): void {
  hintFacts(g, select.hints)
  for (const table of select.from) tableFacts(g, table, false)
  for (const { value, alias } of select.items) {
    if (alias !== undefined) g.scope.outputs.set(alias.toLowerCase(), value)
    visit(g, value, select.distinct ? 'group' : use)
  }
  if (select.where !== undefined) visit(g, select.where, 'equality')
  ordered(
    g,
    select.group,
    select.items.map(({ value }) => value),
    'group',
  )
  g.seesOutputs = true
  if (select.having !== undefined) visit(g, select.having, 'equality')
  g.seesOutputs = false
  visitAll(g, select.windows, 'order')
  if (select.procedure !== undefined) {
    // It answers with the smallest and largest value of every column.
    visitAll(g, select.procedure, undefined)
    g.add('unknown')
  }
  intoFacts(g, select.into)
}

function intoFacts(g: Gatherer, into: Query['into']): void {
  if (into?.type === 'file') g.add('file', 'write')
  if (into?.type === 'variables') g.add('session')
}

/** An entry of a FROM list. `whole`: every column is read. */
export function tableFacts(g: Gatherer, table: TableReference, whole: boolean): void {
  switch (table.type) {
    case 'named': {
      const name = table.path.at(-1) ?? ''
      const derived = table.path.length === 1 && isCte(g.scope, name.toLowerCase())
      const mention = derived ? undefined : g.mention(table.path, 'read')
      if (mention !== undefined && whole) mention.all = true
      g.scope.ranges.push({ alias: (table.alias ?? name).toLowerCase(), mention })
      visitAll(g, table.period, undefined)
      return
    }
    case 'derived': {
      const hidden = table.lateral ? [] : g.scope.ranges.splice(0)
      queryFacts(g, table.query, undefined)
      g.scope.ranges.push(...hidden)
      g.scope.ranges.push({ alias: table.alias.toLowerCase(), mention: undefined })
      return
    }
    case 'json-table':
      visit(g, table.document, undefined)
      g.scope.ranges.push({ alias: table.alias.toLowerCase(), mention: undefined })
      return
    case 'join': {
      const from = g.scope.ranges.length
      for (const part of table.tables) tableFacts(g, part, whole)
      const joined = g.scope.ranges.slice(from)
      if (table.natural) {
        g.facts.predicatesUnknown = true
        for (const { mention } of joined) if (mention !== undefined) mention.all = true
      }
      for (const name of table.using) mentionColumn(g, joined, name.toLowerCase(), 'equality')
      visitAll(g, table.conditions, 'equality')
    }
  }
}
