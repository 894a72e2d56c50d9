import type { Exposure } from './exposure.ts'
import type { ResultField } from './result-plan.ts'
import type { Protection } from './protection.ts'

/**
 * The column names that may leave. A name that code chose at run time can be a value (`create temp table t("123-45-6789" int)`); under
 * `unknown`, or in a temporary table of a tainted session, a name stays only when the catalogue of a lasting relation or the statement's text
 * gives it. Undefined when all names stay.
 *
 * @param text the statement's own text; undefined when it is not known
 */
export function maskColumnNames(
  fields: readonly ResultField[],
  text: string | undefined,
  exposure: Exposure,
  tainted: boolean,
  protection: Protection,
): readonly string[] | undefined {
  if (protection.empty || (exposure !== 'unknown' && !tainted)) return undefined
  const folded = text?.toLowerCase()
  const names = fields.map((field, index) => {
    if (isGiven(field, exposure, protection)) return field.name
    if (OF_THE_SERVER.has(field.name) || (folded?.includes(field.name.toLowerCase()) ?? false)) return field.name
    return `column${index + 1}`
  })
  return names.every((name, index) => name === fields[index]?.name) ? undefined : names
}

function isGiven(field: ResultField, exposure: Exposure, protection: Protection): boolean {
  if (field.tableOid === 0) return exposure !== 'unknown'
  const found = protection.column(field.tableOid, field.attribute)
  return found.type !== 'missing' && !found.column.temporary && found.column.column === field.name
}

/** Names that the server gives to outputs that have none. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  '?column?',
  'QUERY PLAN',
  'case',
  'array',
  'row',
  'exists',
  'values',
])
