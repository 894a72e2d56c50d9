import type { CatalogColumn, CatalogRelation, CatalogSnapshot, CatalogType, RelationName } from './catalog.ts'

/** What a load collects, row by row. */
export interface SnapshotParts {
  readonly relations: ReadonlyMap<number, CatalogRelation>
  readonly types: ReadonlyMap<number, CatalogType>
}

/** A relation while its parts are still coming in. */
export interface RelationParts extends CatalogRelation {
  readonly columns: Map<number, CatalogColumn>
  readonly parents: number[]
  readonly reads: number[]
  readonly generated: Map<string, string[]>
  readonly functions: string[]
}

/** Makes the parts a snapshot: from now on nobody changes them. */
export function makeSnapshot(version: number, { relations, types }: SnapshotParts): CatalogSnapshot {
  const bySchema = new Map<string, Map<string, CatalogRelation>>()
  const temporary = new Set<string>()
  for (const relation of relations.values()) {
    // A composite type has a name of its own kind: no statement selects from it.
    if (relation.kind === 'composite-type') continue
    if (relation.temporary) temporary.add(relation.name)
    let names = bySchema.get(relation.schema)
    if (names === undefined) bySchema.set(relation.schema, (names = new Map<string, CatalogRelation>()))
    names.set(relation.name, relation)
  }
  return {
    version,
    relation: (oid) => relations.get(oid),
    type: (oid) => types.get(oid),
    relations: () => relations.values(),
    resolve: ({ schema, name }: RelationName, searchPath) => {
      if (schema !== undefined) return bySchema.get(schema)?.get(name)
      // A temporary relation stands before every other of its name, and this session's cannot be told from another's.
      if (temporary.has(name)) return undefined
      const path = searchPath.includes('pg_catalog') ? searchPath : ['pg_catalog', ...searchPath]
      for (const each of path) {
        const found = bySchema.get(each)?.get(name)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}
