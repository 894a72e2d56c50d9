/** What masking must know of a database's names: one immutable snapshot, read by whoever runs the masking. */
export interface MaskingCatalog {
  readonly relation: (oid: number) => MaskingRelation | undefined
  readonly type: (oid: number) => MaskingType | undefined
  /** Every relation, in no order. */
  readonly relations: () => Iterable<MaskingRelation>
  /** The relation that a name stands for; undefined when there is none or it cannot be told. */
  readonly resolve: (
    name: { readonly schema: string | undefined; readonly name: string },
    searchPath: readonly string[],
  ) => MaskingRelation | undefined
}

/** A table, view or similar. */
export interface MaskingRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: string
  /** Lives in a session's temporary schema. */
  readonly temporary: boolean
  /** By attribute number. */
  readonly columns: ReadonlyMap<number, MaskingColumn>
  /** OIDs of the tables it is a partition of or inherits from. */
  readonly parents: readonly number[]
  /** OIDs of the relations that its rules mention: what a view reads. */
  readonly reads: readonly number[]
  /** Generated columns, by name, each with the columns of this relation that it is computed from. */
  readonly generated: ReadonlyMap<string, readonly string[]>
  /** Functions its rules call that did not come with the server: they can read anything. */
  readonly functions: readonly string[]
}

/** A column of a relation. */
export interface MaskingColumn {
  readonly name: string
  /** OID of its type. */
  readonly type: number
  /** -1 when there is none. */
  readonly typeModifier: number
}

/** A type of the database. */
export interface MaskingType {
  readonly name: string
  readonly kind: string
  /** Domain: OID of the type it is over; otherwise 0. */
  readonly baseType: number
  /** Array: OID of its element type; otherwise 0. */
  readonly element: number
}
