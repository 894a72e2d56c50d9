import { bodyOf, fieldsOf, listOf, nameOf, textOf, type Fields } from './ast.ts'
import { isBuiltinRelation } from './builtins.ts'
import { mentionColumns } from './columns.ts'
import type { Mention } from './facts.ts'
import { callFunction, callHidden, callOperator } from './functions.ts'
import { isCte, type Range } from './scope.ts'
import type { Handler, Walker } from './walker.ts'

/** The entries of a FROM list: relations, and what stands in their place. */
export const RANGE_HANDLERS: Readonly<Record<string, Handler>> = {
  RangeVar: (walker, body) => {
    const schema = schemaIn(body)
    const name = textOf(body['relname'])
    const derived = schema === undefined && walker.access === 'read' && isCte(walker.scope, name)
    const mention = derived ? undefined : mentionRelation(walker, body, walker.access)
    // A definition concerns the whole relation.
    if (mention !== undefined && walker.access === 'write') mention.all = true
    addRange(walker, body, name, mention)
  },
  RangeSubselect: (walker, body) => {
    walker.using(undefined, body['subquery'])
    addRange(walker, body, '', undefined)
  },
  RangeFunction: (walker, body) => {
    walker.using(undefined, body['functions'])
    walker.node(body['coldeflist'])
    const [first] = listOf(bodyOf(listOf(body['functions'])[0], 'List')?.['items'])
    addRange(walker, body, nameOf(bodyOf(first, 'FuncCall')?.['funcname']).at(-1) ?? '', undefined, true)
  },
  RangeTableFunc: (walker, body) => {
    walker.fields('RangeTableFunc', body)
    addRange(walker, body, 'xmltable', undefined)
  },
  JsonTable: (walker, body) => {
    walker.fields('JsonTable', body)
    addRange(walker, body, 'json_table', undefined)
  },
  RangeTableSample: (walker, body) => {
    walker.node(body['relation'])
    callFunction(walker, nameOf(body['method']))
    walker.using('other', body['args'])
    walker.using('other', body['repeatable'])
  },
  JoinExpr: (walker, body) => {
    const from = walker.scope.ranges.length
    walker.node(body['larg'])
    walker.node(body['rarg'])
    const joined = walker.scope.ranges.slice(from)
    if (body['isNatural'] === true) {
      walker.facts.predicatesUnknown = true
      for (const range of joined) if (range.mention !== undefined) range.mention.all = true
    }
    if (body['isNatural'] === true || body['usingClause'] !== undefined) callOperator(walker, ['='])
    for (const column of nameOf(body['usingClause'])) mentionColumns(walker, joined, column, 'equality')
    walker.using('equality', body['quals'])
    const alias = fieldsOf(body['alias']) ?? fieldsOf(body['join_using_alias'])
    if (alias !== undefined) {
      for (const range of joined) addRange(walker, { alias }, '', range.mention)
    }
  },
}

/** Notes that the statement touches a relation. The catalogue resolves a name without schema. */
export function mentionRelation(walker: Walker, relation: Fields, access: 'read' | 'write'): Mention {
  return mentionName(walker, schemaIn(relation), textOf(relation['relname']), access)
}

/** The same for a name that is already taken apart. */
export function mentionName(
  walker: Walker,
  schema: string | undefined,
  name: string,
  access: 'read' | 'write',
): Mention {
  // What is only planned writes nothing.
  const real = walker.counted === 'unknown' ? 'read' : access
  const mention: Mention = {
    schema: schema ?? resolve(walker, name),
    name,
    access: real,
    columns: new Set(),
    all: false,
  }
  walker.facts.mentions.push(mention)
  callHidden(walker, walker.settings.userCode.relations.get(name))
  if (real === 'write') noteCatalogueWrite(walker, mention)
  return mention
}

function resolve(walker: Walker, name: string): string | undefined {
  const { catalogue, searchPath } = walker.settings
  return catalogue === undefined || searchPath === 'unknown' ? undefined : catalogue.schemaOf(name, searchPath)
}

/** The system catalogue is nobody's to write; UPDATE pg_settings is a SET in disguise, of what its WHERE finds. */
function noteCatalogueWrite(walker: Walker, mention: Mention): void {
  const system = mention.schema === 'pg_catalog' || (mention.schema === undefined && isBuiltinRelation(mention.name))
  if (!system) return
  walker.add(['admin'])
  if (mention.name === 'pg_settings') walker.add(['session', 'unknown'])
}

function addRange(walker: Walker, body: Fields, name: string, mention: Mention | undefined, scalar = false): void {
  const alias = fieldsOf(body['alias'])
  const renamed = listOf(alias?.['colnames']).length > 0
  if (renamed && mention !== undefined) mention.all = true
  const range: Range = { alias: textOf(alias?.['aliasname']) || name, mention, renamed, scalar }
  walker.scope.ranges.push(range)
}

function schemaIn(relation: Fields): string | undefined {
  return textOf(relation['schemaname']) || undefined
}
