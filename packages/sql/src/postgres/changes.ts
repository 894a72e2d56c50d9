import { bodyOf, fieldsOf, listOf, textOf, type Fields } from './ast.ts'
import { worseWhere, type Mention } from './facts.ts'
import { mentionRelation } from './ranges.ts'
import type { Handler, Walker } from './walker.ts'
import { mergeWhere, whereOf } from './where.ts'

/** Statements that change rows. Their target is never a common table expression. */
export const CHANGE_HANDLERS: Readonly<Record<string, Handler>> = {
  InsertStmt: (walker, body) =>
    change(walker, body, (target) => {
      const columns = listOf(body['cols']).map((item) => textOf(bodyOf(item, 'ResTarget')?.['name']))
      if (columns.length === 0) target.write.all = true
      for (const column of columns) target.write.columns.add(column)
      walker.node(body['cols'])
      // The query below does not see the target.
      const hidden = walker.scope.ranges.splice(0)
      walker.node(body['selectStmt'])
      walker.scope.ranges.push(...hidden)
      const conflict = fieldsOf(body['onConflictClause'])
      if (conflict !== undefined) {
        rename(walker, 'excluded', target.read)
        assignments(walker, conflict['targetList'], target.write)
        const infer = fieldsOf(conflict['infer'])
        if (infer !== undefined) walker.enter('InferClause', infer)
        walker.using('equality', conflict['whereClause'])
      }
    }),
  UpdateStmt: (walker, body) =>
    change(walker, body, (target) => {
      walker.node(body['fromClause'])
      assignments(walker, body['targetList'], target.write)
      walker.using('equality', body['whereClause'])
      noteWhere(walker, body)
    }),
  DeleteStmt: (walker, body) =>
    change(walker, body, (target) => {
      target.write.all = true
      walker.node(body['usingClause'])
      walker.using('equality', body['whereClause'])
      noteWhere(walker, body)
    }),
  MergeStmt: (walker, body) =>
    change(walker, body, (target) => {
      walker.node(body['sourceRelation'])
      walker.using('equality', body['joinCondition'])
      for (const item of listOf(body['mergeWhenClauses'])) {
        const clause = bodyOf(item, 'MergeWhenClause') ?? {}
        if (clause['commandType'] !== 'CMD_UPDATE') target.write.all = true
        walker.using('equality', clause['condition'])
        assignments(walker, clause['targetList'], target.write)
        walker.node(clause['values'])
      }
      walker.facts.where = worseWhere(walker.facts.where, mergeWhere(body))
    }),
}

interface Target {
  readonly write: Mention
  readonly read: Mention
}

/** The frame of every change: names of WITH, the target under its alias and as OLD and NEW, the body, RETURNING. */
function change(walker: Walker, body: Fields, part: (target: Target) => void): void {
  walker.add(['write'])
  const { access, use } = walker
  walker.access = 'read'
  walker.use = undefined
  walker.inScope(() => {
    const ctes = fieldsOf(body['withClause'])
    if (ctes !== undefined) walker.enter('WithClause', ctes)
    const relation = fieldsOf(body['relation']) ?? {}
    const write = mentionRelation(walker, relation, 'write')
    const read: Mention = { ...write, access: 'read', columns: new Set() }
    walker.facts.mentions.push(read)
    const alias = textOf(fieldsOf(relation['alias'])?.['aliasname']) || textOf(relation['relname'])
    rename(walker, alias, read)
    part({ write, read })
    const returning = fieldsOf(body['returningClause'])
    if (returning !== undefined) {
      walker.add(['read'])
      for (const name of ['old', 'new', ...optionNames(returning)]) rename(walker, name, read)
      walker.node(returning['exprs'])
    }
    // A change that looks at no column of its target does not read it.
    if (!read.all && read.columns.size === 0) walker.facts.mentions.splice(walker.facts.mentions.indexOf(read), 1)
  })
  walker.access = access
  walker.use = use
}

function assignments(walker: Walker, targets: unknown, write: Mention): void {
  for (const item of listOf(targets)) {
    const target = bodyOf(item, 'ResTarget') ?? {}
    write.columns.add(textOf(target['name']))
    walker.node(target['indirection'])
    walker.node(target['val'])
  }
}

function rename(walker: Walker, alias: string, mention: Mention): void {
  walker.scope.ranges.push({ alias, mention, renamed: false, scalar: false })
}

function optionNames(returning: Fields): readonly string[] {
  return listOf(returning['options']).map((item) => textOf(bodyOf(item, 'ReturningOption')?.['value']))
}

function noteWhere(walker: Walker, body: Fields): void {
  if (walker.counted !== 'all') return
  walker.facts.where = worseWhere(walker.facts.where, whereOf(body))
}
