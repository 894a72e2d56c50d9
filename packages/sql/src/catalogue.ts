/**
 * What the database says about names, as the agent last saw it. An analyser asks it for what the text leaves open; without it
 * such names stay unresolved, which rules treat as a match.
 */
export interface Catalogue {
  /** Changes whenever any answer may change; part of every cache key. */
  readonly version: string
  /** The schema in which the search path finds a relation of this name; undefined when there is none or it is not known. */
  readonly schemaOf: (relation: string, searchPath: readonly string[]) => string | undefined
}

/** A catalogue as data: what travels to a worker. */
export interface CatalogueSnapshot {
  readonly version: string
  /** Names of relations, with the schemas that have one of that name. */
  readonly relations: ReadonlyMap<string, readonly string[]>
}

/** The catalogue that a snapshot describes. The server searches temporary tables first, then pg_catalog, then the path. */
export function catalogueOf(snapshot: CatalogueSnapshot): Catalogue {
  return {
    version: snapshot.version,
    schemaOf: (relation, searchPath) => {
      const schemas = snapshot.relations.get(relation)
      if (schemas === undefined) return undefined
      const path = searchPath.includes('pg_catalog') ? searchPath : ['pg_catalog', ...searchPath]
      return path.find((schema) => schemas.includes(schema))
    },
  }
}
