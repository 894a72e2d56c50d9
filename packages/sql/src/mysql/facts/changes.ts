import { worseWhere, type Mention } from '../../postgres/facts.ts'
import type { Assignment, Delete, Insert, Load, Path, SelectItem, Update } from '../grammar/ast.ts'
import { visit, visitAll } from './expressions.ts'
import type { Gatherer } from './gatherer.ts'
import { hintFacts } from './hints.ts'
import { commonTables, queryFacts, tableFacts } from './queries.ts'
import { rangesNamed, type Range } from './scope.ts'
import { whereOf } from './where.ts'

/** INSERT and REPLACE: the rows do not see the target, ON DUPLICATE KEY UPDATE does. */
export function insertFacts(g: Gatherer, node: Insert): void {
  g.add('write')
  hintFacts(g, node.hints)
  g.inScope(() => {
    commonTables(g, node.ctes, node.recursive)
    const write = g.mention(node.table.path, 'write')
    if (node.columns.length === 0) write.all = true
    for (const name of node.columns) write.columns.add(name.toLowerCase())
    const read = readSide(g, write)
    const range: Range = { alias: (node.table.alias ?? node.table.path.at(-1) ?? '').toLowerCase(), mention: read }
    // INSERT … SET may look at columns set before.
    g.scope.ranges.push(range)
    for (const row of node.rows) visitAll(g, row, undefined)
    g.scope.ranges.pop()
    if (node.query !== undefined) {
      queryFacts(g, node.query, undefined)
      // ON DUPLICATE KEY UPDATE sees the tables of a plain SELECT too.
      for (const arm of node.onDuplicate.length > 0 ? node.query.arms : []) {
        if (arm.type === 'select') for (const table of arm.from) tableFacts(g, table, false)
      }
    }
    g.scope.ranges.push(range)
    if (node.rowAlias !== undefined) g.scope.ranges.push({ alias: node.rowAlias.toLowerCase(), mention: read })
    for (const { path, value } of node.onDuplicate) {
      write.columns.add((path.at(-1) ?? '').toLowerCase())
      visit(g, value, undefined)
    }
    returning(g, node.returning)
    dropUnread(g, read)
  })
}

/** UPDATE: what is assigned to is written, everything else in sight is read. */
export function updateFacts(g: Gatherer, node: Update): void {
  g.add('write')
  hintFacts(g, node.hints)
  g.inScope(() => {
    commonTables(g, node.ctes, node.recursive)
    const before = g.facts.mentions.length
    for (const table of node.tables) tableFacts(g, table, false)
    const read = g.facts.mentions.slice(before)
    assign(g, node.assignments)
    if (node.where !== undefined) visit(g, node.where, 'equality')
    visitAll(g, node.order, 'order')
    returning(g, node.returning)
    if (g.counted === 'all') g.facts.where = worseWhere(g.facts.where, whereOf(node.where, node.tables))
    for (const mention of read) dropUnread(g, mention)
  })
}

function assign(g: Gatherer, assignments: readonly Assignment[]): void {
  const written = new Map<Mention, Mention>()
  for (const { path, value } of assignments) {
    const named = path.length > 1 ? rangesNamed(g.scope, (path.at(-2) ?? '').toLowerCase()) : []
    const ranges = named.length > 0 ? named : g.scope.ranges
    for (const { mention } of ranges) {
      if (mention === undefined) continue
      const write = written.get(mention) ?? g.mention(pathOf(mention), 'write')
      written.set(mention, write)
      write.columns.add((path.at(-1) ?? '').toLowerCase())
    }
    visit(g, value, undefined)
  }
}

/** DELETE: the targets are named like the tables below, or are the one table. */
export function deleteFacts(g: Gatherer, node: Delete): void {
  g.add('write')
  if (node.history) g.add('ddl')
  hintFacts(g, node.hints)
  g.inScope(() => {
    commonTables(g, node.ctes, node.recursive)
    const before = g.facts.mentions.length
    for (const table of node.tables) tableFacts(g, table, false)
    const read = g.facts.mentions.slice(before)
    if (node.targets.length === 0) {
      for (const mention of read) g.mention(pathOf(mention), 'write').all = true
    }
    for (const target of node.targets) remove(g, target)
    if (node.where !== undefined) visit(g, node.where, 'equality')
    visitAll(g, node.order, 'order')
    returning(g, node.returning)
    if (g.counted === 'all') g.facts.where = worseWhere(g.facts.where, whereOf(node.where, node.tables))
    for (const mention of read) dropUnread(g, mention)
  })
}

function remove(g: Gatherer, target: Path): void {
  const ranges = rangesNamed(g.scope, (target.at(-1) ?? '').toLowerCase())
  const mentions = ranges.flatMap(({ mention }) => (mention === undefined ? [] : [mention]))
  if (mentions.length === 0) g.mention(target, 'write').all = true
  for (const mention of mentions) g.mention(pathOf(mention), 'write').all = true
}

/** LOAD DATA and LOAD XML read a file of the server or of the client. */
export function loadFacts(g: Gatherer, node: Load): void {
  g.add('write', 'file')
  if (node.variables.length > 0) g.add('session')
  g.inScope(() => {
    const write = g.mention(node.table, 'write')
    if (node.columns.length === 0) write.all = true
    for (const name of node.columns) write.columns.add(name.toLowerCase())
    for (const { path, value } of node.assignments) {
      write.columns.add((path.at(-1) ?? '').toLowerCase())
      visit(g, value, undefined)
    }
  })
}

function returning(g: Gatherer, items: readonly SelectItem[] | undefined): void {
  if (items === undefined) return
  g.add('read')
  for (const { value } of items) visit(g, value, undefined)
}

/** The same relation as it is read. */
function readSide(g: Gatherer, write: Mention): Mention {
  const read: Mention = { ...write, access: 'read', columns: new Set(), all: false }
  g.facts.mentions.push(read)
  return read
}

function pathOf({ schema, name }: Mention): Path {
  return schema === undefined ? [name] : [schema, name]
}

/** A change that looks at no column of its target does not read it. */
function dropUnread(g: Gatherer, read: Mention): void {
  if (read.all || read.columns.size > 0) return
  const changes = g.facts.mentions.some(
    ({ access, name, schema }) => access === 'write' && name === read.name && schema === read.schema,
  )
  if (changes) g.facts.mentions.splice(g.facts.mentions.indexOf(read), 1)
}
