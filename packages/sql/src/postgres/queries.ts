import { bodyOf, fieldsOf, listOf, nodeOf, textOf, type Fields } from './ast.ts'
import { mentionRelation } from './ranges.ts'
import type { Handler, Walker } from './walker.ts'

/** Queries: SELECT in all its forms, and the common table expressions of any statement. */
export const QUERY_HANDLERS: Readonly<Record<string, Handler>> = {
  SelectStmt: (walker, body) => {
    walker.add(['read'])
    const access = walker.access
    walker.access = 'read'
    walker.inScope(() => query(walker, body))
    walker.access = access
  },
  WithClause: withClause,
  LockingClause: (walker) => {
    // lockedRels are names of this FROM list, not relations of their own.
    walker.add(['write'])
  },
  IntoClause: (walker, body) => {
    walker.add(['write', 'ddl'])
    const relation = fieldsOf(body['rel'])
    if (relation !== undefined) mentionRelation(walker, relation, 'write').all = true
  },
}

/** Visits the fields of a query in the order in which names come into being. Its scope is the current one. */
function query(walker: Walker, body: Fields): void {
  const asked = walker.use
  walker.use = undefined
  const ctes = fieldsOf(body['withClause'])
  if (ctes !== undefined) walker.enter('WithClause', ctes)
  for (const arm of [fieldsOf(body['larg']), fieldsOf(body['rarg'])]) {
    if (arm === undefined) continue
    walker.use = asked
    walker.enter('SelectStmt', arm)
    walker.use = undefined
  }
  const into = fieldsOf(body['intoClause'])
  if (into !== undefined) walker.enter('IntoClause', into)
  walker.node(body['fromClause'])
  noteOutputs(walker, body)
  const distinct = listOf(body['distinctClause'])
  const distinctRows = distinct.length > 0 && distinct.every((item) => nodeOf(item) === undefined)
  const deduplicated = textOf(body['op']) === 'SETOP_NONE' ? false : body['all'] !== true
  walker.using(distinctRows || deduplicated ? 'group' : asked, body['targetList'])
  walker.using(asked, body['valuesLists'])
  walker.using('group', body['distinctClause'])
  walker.using('equality', body['whereClause'])
  walker.using('group', body['groupClause'])
  walker.using('equality', body['havingClause'])
  walker.node(body['windowClause'])
  walker.node(body['sortClause'])
  walker.using(undefined, body['limitOffset'])
  walker.using(undefined, body['limitCount'])
  walker.node(body['lockingClause'])
  walker.use = asked
}

/**
 * In WITH each expression sees those before it; in WITH RECURSIVE each sees all, itself included. The statement below sees all.
 * A relation that is written to is never one of them.
 */
function withClause(walker: Walker, body: Fields): void {
  const expressions = listOf(body['ctes']).map((item) => bodyOf(item, 'CommonTableExpr') ?? {})
  const { ctes } = walker.scope
  if (body['recursive'] === true) for (const cte of expressions) ctes.add(textOf(cte['ctename']))
  for (const cte of expressions) {
    walker.inScope(() => walker.fields('CommonTableExpr', cte))
    ctes.add(textOf(cte['ctename']))
  }
}

function noteOutputs(walker: Walker, body: Fields): void {
  for (const target of listOf(body['targetList'])) {
    const name = textOf(bodyOf(target, 'ResTarget')?.['name'])
    if (name !== '') walker.scope.outputs.add(name)
  }
}
