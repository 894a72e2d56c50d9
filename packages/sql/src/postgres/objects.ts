import { bodyOf, listOf, nameOf, textOf, type Fields } from './ast.ts'
import { mentionName } from './ranges.ts'
import type { Walker } from './walker.ts'

/** The word of a command tag for a kind of object: OBJECT_FOREIGN_TABLE is `foreign-table`. */
export function objectKind(type: unknown): string {
  const word = textOf(type)
  return (
    SPELLINGS[word] ??
    word
      .replace(/^OBJECT_/, '')
      .toLowerCase()
      .replaceAll('_', '-')
  )
}

/** Notes the relations among the objects of DROP, COMMENT and SECURITY LABEL, which come as bare names. */
export function mentionObjects(walker: Walker, type: unknown, objects: readonly unknown[]): void {
  const own = RELATIONS.has(textOf(type))
  const attached = ATTACHED.has(textOf(type))
  if (!own && !attached) return
  for (const object of objects) {
    const name = nameOf(bodyOf(object, 'List')?.['items'])
    const relation = own ? name : name.slice(0, -1)
    const last = relation.at(-1)
    if (last !== undefined) mentionName(walker, relation.at(-2), last, 'write').all = true
  }
}

/** Whether an ALTER TABLE also changes who may do what. */
export function changesRights(body: Fields): boolean {
  return listOf(body['cmds']).some((item) => RIGHTS.has(textOf(bodyOf(item, 'AlterTableCmd')?.['subtype'])))
}

const SPELLINGS: Readonly<Record<string, string>> = {
  OBJECT_MATVIEW: 'materialized-view',
  OBJECT_FDW: 'foreign-data-wrapper',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_LARGEOBJECT: 'large-object',
  OBJECT_OPCLASS: 'operator-class',
  OBJECT_OPFAMILY: 'operator-family',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TSCONFIGURATION: 'text-search-configuration',
  OBJECT_TSDICTIONARY: 'text-search-dictionary',
  OBJECT_TSPARSER: 'text-search-parser',
  OBJECT_TSTEMPLATE: 'text-search-template',
  // Renaming a column or a constraint is an ALTER of what holds it.
  OBJECT_COLUMN: 'table',
  OBJECT_TABCONSTRAINT: 'table',
  OBJECT_ATTRIBUTE: 'type',
  OBJECT_DOMCONSTRAINT: 'domain',
}
const RELATIONS: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_INDEX',
  'OBJECT_FOREIGN_TABLE',
])
/** Objects named as relation.name. */
const ATTACHED: ReadonlySet<string> = new Set([
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_COLUMN',
  'OBJECT_TABCONSTRAINT',
])
const RIGHTS: ReadonlySet<string> = new Set([
  'AT_ChangeOwner',
  'AT_EnableRowSecurity',
  'AT_DisableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_NoForceRowSecurity',
])
