/**
 * What the agent knows about the names of one database, read from the database itself and never from the gateway.
 *
 * A snapshot is immutable: whoever derives something from it (which relations a rule protects, say) may keep the result as long as it
 * keeps the snapshot, in a WeakMap. A snapshot can be older than the database. That is safe because of how it is used: an OID that it
 * does not hold is refreshed once before rows are released, and what is still unknown then is treated as protected.
 */
export interface Catalog {
  /** The newest snapshot, loaded first when there is none or it has grown too old. Throws AgentError. */
  readonly current: (signal: AbortSignal) => Promise<CatalogSnapshot>
  /**
   * A snapshot newer than `version`, for OIDs and names that one does not hold: one begun after this call, unless a newer one is at hand
   * or the newest was begun a moment ago; who asks for what does not exist shall not keep the database busy. Throws AgentError.
   */
  readonly refresh: (version: number, signal: AbortSignal) => Promise<CatalogSnapshot>
  /** Marks the newest snapshot as too old: a statement that changes objects has completed. */
  readonly invalidate: () => void
}

/** The relations and types of one database at one moment. Every look-up is synchronous and constant in time. */
export interface CatalogSnapshot {
  /** Grows with every load. */
  readonly version: number
  readonly relation: (oid: number) => CatalogRelation | undefined
  readonly type: (oid: number) => CatalogType | undefined
  /**
   * The relation that a name stands for. With a schema: that one. Without: the first match along `searchPath`, where `pg_catalog` comes
   * first unless the path names it. Undefined when there is none, or when a temporary relation of any session has that name and the
   * one that is meant can therefore not be told.
   */
  readonly resolve: (name: RelationName, searchPath: readonly string[]) => CatalogRelation | undefined
  /** Every relation, in no order. */
  readonly relations: () => Iterable<CatalogRelation>
}

/** A name as a statement writes it, case already folded. */
export interface RelationName {
  readonly schema: string | undefined
  readonly name: string
}

export interface CatalogRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  /** Lives in a session's temporary schema (`pg_temp_3`). */
  readonly temporary: boolean
  /** By attribute number, which is never reused; dropped columns and system columns (below 0) are absent. */
  readonly columns: ReadonlyMap<number, CatalogColumn>
  /** OIDs of the direct parents: the partitioned table it is a partition of, or the tables it inherits from. */
  readonly parents: readonly number[]
  /**
   * OIDs of the relations that its rules mention directly: what a view or materialized view reads. The server keeps no such record for
   * its own catalogues (`pg_statistic` and the like), so a view over those shows none.
   */
  readonly reads: readonly number[]
  /** Generated columns, by name, each with the columns of this relation that it is computed from. */
  readonly generated: ReadonlyMap<string, readonly string[]>
  /** `schema.name` of the functions its rules call, those that came with the server left out. They can read anything. */
  readonly functions: readonly string[]
}

/** What pg_class.relkind says, in words. Indexes and TOAST tables are left out: no statement selects from them. */
export type RelationKind =
  | 'table'
  | 'partitioned-table'
  | 'view'
  | 'materialized-view'
  | 'foreign-table'
  | 'sequence'
  | 'composite-type'

export interface CatalogColumn {
  /** pg_attribute.attnum, from 1. */
  readonly number: number
  readonly name: string
  /** OID of its type. */
  readonly type: number
  /** Type modifier; -1 when there is none. */
  readonly typeModifier: number
}

export interface CatalogType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: TypeKind
  /** Domain: OID of the type it is over, which may be a domain itself. Otherwise 0. */
  readonly baseType: number
  /** True array: OID of its element type. Otherwise 0. */
  readonly element: number
  /** Composite: OID of the relation that holds its columns. Otherwise 0. */
  readonly relation: number
  /** Range and multirange: OID of the type of its bounds. Otherwise 0. */
  readonly subtype: number
  /** Enum: its labels in order. Otherwise empty. */
  readonly labels: readonly string[]
}

/** What pg_type.typtype says, in words. */
export type TypeKind = 'base' | 'composite' | 'domain' | 'enum' | 'pseudo' | 'range' | 'multirange' | 'unknown'
