import type { Effect } from '@sallyport/core'
import { bodyOf, fieldsOf, listOf, literalOf, nameOf, textOf, type Fields } from './ast.ts'
import { callFunction, functionEffects } from './functions.ts'
import { changesRights, mentionObjects } from './objects.ts'
import { mentionRelation } from './ranges.ts'
import { settingValue } from './session.ts'
import { settingEffects } from './session-settings.ts'
import { STATEMENTS, type StatementRule } from './statements.ts'
import type { Handler, Walker } from './walker.ts'

/** Statements whose parts need more than a visit; what they have in common is `utility`. */
export const UTILITY_HANDLERS: Readonly<Record<string, Handler>> = {
  ExplainStmt: (walker, body) => {
    walker.add(['read'])
    // Also where it is only planned, the session's schema of temporary tables is made for it.
    if (makesTable(body['query'])) walker.add(['ddl'])
    const { counted } = walker
    if (counted === 'all' && !runsAnalyze(body)) walker.counted = 'unknown'
    walker.node(body['query'])
    walker.counted = counted
  },
  CopyStmt: copy,
  LockStmt: (walker, body) => {
    // ACCESS SHARE is what every SELECT takes; pg_dump begins with it. All other modes hold writers back.
    walker.add([body['mode'] === ACCESS_SHARE ? 'read' : 'write'])
    utility('LockStmt', walker, body)
  },
  CallStmt: (walker, body) => {
    const call = fieldsOf(body['funccall']) ?? {}
    walker.add(['procedural'])
    callFunction(walker, nameOf(call['funcname']))
    walker.node(call['args'])
  },
  VariableSetStmt: (walker, body) => {
    if (body['kind'] === 'VAR_SET_MULTI') walker.add(['transaction'])
    const name = textOf(body['name']).toLowerCase()
    const value = body['kind'] === 'VAR_SET_VALUE' ? settingValue(name, body['args']) : 'default'
    // What is set to something that is no literal could be anything.
    if (value === 'unknown' && name === 'search_path') walker.add(['unknown'])
    walker.add(settingEffects(name, typeof value === 'object' ? value.literal : undefined))
  },
  TransactionStmt: (walker, body) => {
    walker.add(['transaction'])
    // Two-phase commit ends or outlives sessions.
    if (textOf(body['kind']).includes('PREPARE')) walker.add(['write', 'admin'])
  },
  DropStmt: (walker, body) => {
    utility('DropStmt', walker, body)
    mentionObjects(walker, body['removeType'], listOf(body['objects']))
    if (body['removeType'] === 'OBJECT_POLICY') walker.add(['dcl'])
  },
  CommentStmt: (walker, body) => {
    utility('CommentStmt', walker, body)
    mentionObjects(walker, body['objtype'], [body['object']])
  },
  SecLabelStmt: (walker, body) => {
    utility('SecLabelStmt', walker, body)
    mentionObjects(walker, body['objtype'], [body['object']])
  },
  AlterTableStmt: (walker, body) => {
    utility('AlterTableStmt', walker, body)
    if (changesRights(body)) walker.add(['dcl'])
  },
  CreateTrigStmt: (walker, body) => {
    utility('CreateTrigStmt', walker, body)
    const name = nameOf(body['funcname'])
    walker.facts.functions.set(name.join('\0'), {
      schema: name.at(-2),
      name: name.at(-1) ?? '',
      effects: functionEffects(walker.settings, name.at(-2), name.at(-1) ?? ''),
    })
  },
  // Its parts are bodies of the WITH list of the query; only the query's target is new.
  CreateTableAsStmt: (walker, body) => {
    walker.add(['ddl', 'write'])
    const into = fieldsOf(body['into'])
    const relation = fieldsOf(into?.['rel'])
    if (relation !== undefined) mentionRelation(walker, relation, 'write').all = true
    walker.node(body['query'])
  },
  SetOperationStmt: unknown,
  RawStmt: unknown,
  PLAssignStmt: unknown,
}

/** Statements that are nothing but their rule: effects of the type, write access to the relations named, everything inside visited. */
export function plainUtilities(): readonly (readonly [string, Handler])[] {
  return Object.keys(STATEMENTS)
    .filter((tag) => !(tag in UTILITY_HANDLERS) && !ROWS.has(tag))
    .map((tag) => [tag, (walker: Walker, body: Fields) => utility(tag, walker, body)] as const)
}

function utility(tag: string, walker: Walker, body: Fields): void {
  const rule: StatementRule | undefined = (STATEMENTS as Readonly<Record<string, StatementRule>>)[tag]
  walker.add(rule?.effects ?? ['unknown'])
  const { access, counted } = walker
  if (!READING.has(tag)) walker.access = 'write'
  if (rule?.runs === 'later') walker.counted = 'none'
  walker.inScope(() => walker.fields(tag, body))
  walker.access = access
  walker.counted = counted
}

function copy(walker: Walker, body: Fields): void {
  const from = body['is_from'] === true
  const effects: Effect[] = [from ? 'write' : 'read']
  if (body['is_program'] === true) effects.push('file', 'admin', 'procedural')
  else if (body['filename'] !== undefined) effects.push('file')
  walker.add(effects)
  const relation = fieldsOf(body['relation'])
  if (relation !== undefined) {
    const mention = mentionRelation(walker, relation, from ? 'write' : 'read')
    const columns = listOf(body['attlist']).map((item) => textOf(bodyOf(item, 'String')?.['sval']))
    if (columns.length === 0) mention.all = true
    for (const column of columns) mention.columns.add(column)
  }
  walker.node(body['query'])
  walker.using('other', body['whereClause'])
}

/** ANALYZE among the options, unless every mention says no. An odd value counts as yes. */
function runsAnalyze(body: Fields): boolean {
  return listOf(body['options'])
    .map((item) => bodyOf(item, 'DefElem') ?? {})
    .filter((option) => option['defname'] === 'analyze')
    .some((option) => option['arg'] === undefined || !OFF.has((literalOf(option['arg']) ?? '').toLowerCase()))
}

/** CREATE TABLE AS, or a SELECT with an INTO, which stands in the first of several that are joined by UNION and the like. */
function makesTable(query: unknown): boolean {
  if (bodyOf(query, 'CreateTableAsStmt') !== undefined) return true
  let select = bodyOf(query, 'SelectStmt')
  for (let arm = select; arm !== undefined; arm = fieldsOf(arm['larg'])) select = arm
  return select?.['intoClause'] !== undefined
}

function unknown(walker: Walker): void {
  walker.facts.effects.add('unknown')
}

/** AccessShareLock of lockdefs.h. */
const ACCESS_SHARE = 1
const OFF: ReadonlySet<string> = new Set(['off', 'false', '0'])
const ROWS: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])
/** Statements that name relations without changing them. */
const READING: ReadonlySet<string> = new Set([
  'PrepareStmt',
  'DeclareCursorStmt',
  'VariableShowStmt',
  'LockStmt',
  'ExecuteStmt',
])
