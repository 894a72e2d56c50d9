import type { ColumnProtection, Protection } from '../protection.ts'

/**
 * A name as it is compared: without letter case. Columns have none on any server; that tables are told apart by case on some is given up, so that two
 * of one name share their protection.
 */
export function foldName(name: string): string {
  return name.toLowerCase()
}

/** What the rules say about the column that a column definition names; `missing` where the catalogue does not hold it. */
export function protectionOf(
  protection: Protection,
  { schema, orgTable, orgName }: { readonly schema: string; readonly orgTable: string; readonly orgName: string },
): ColumnProtection {
  const relation = protection.only(foldName(schema), foldName(orgTable))
  if (relation === undefined) return MISSING
  const column = foldName(orgName)
  for (const [number, { name }] of relation.columns) {
    if (name === column) return protection.column(relation.oid, number)
  }
  return MISSING
}

/** The type that the catalogue knows of a column beyond what the protocol tells of it; undefined for most. */
export function storedTypeOf(
  protection: Protection,
  { schema, orgTable, orgName }: { readonly schema: string; readonly orgTable: string; readonly orgName: string },
): string | undefined {
  const columns = protection.only(foldName(schema), foldName(orgTable))?.columns.values() ?? []
  for (const { name, type } of columns) {
    if (name === foldName(orgName)) return protection.catalog.type(type)?.name
  }
  return undefined
}

const MISSING: ColumnProtection = { type: 'missing' }
