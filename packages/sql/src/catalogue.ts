/**
 * What the database says about names, as the agent last saw it. An analyser asks it for what the text leaves open; without it
 * such names stay unresolved, which rules treat as a match.
 */
export interface Catalogue {
  /** Changes whenever any answer may change; part of every cache key. */
  readonly version: string
  /** The schema in which the search path finds a relation of this name; undefined when there is none or it is not known. */
  readonly schemaOf: (relation: string, searchPath: readonly string[]) => string | undefined
  /** Whether a function of this name exists outside pg_catalog; it may win over a built-in one by its argument types. */
  readonly hasUserFunction: (name: string) => boolean
  /** Whether an operator of this name exists outside pg_catalog. */
  readonly hasUserOperator: (name: string) => boolean
}
