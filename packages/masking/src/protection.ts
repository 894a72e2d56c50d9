import type { MaskingCatalog, MaskingRelation } from './catalog.ts'
import { carrierColumns } from './carriers.ts'
import { type ColumnRules, stricter } from './column-rules.ts'
import type { Strategy } from './rules.ts'

/** What the rules say about one column that a result claims to come from. */
export type ColumnProtection =
  | { readonly type: 'clear'; readonly column: ColumnOrigin }
  | { readonly type: 'protected'; readonly strategy: Strategy; readonly column: ColumnOrigin }
  /** The catalogue does not hold it: refresh it, and if it still does not, treat the column as protected. */
  | { readonly type: 'missing' }

/** Where a value comes from, in names. */
export interface ColumnOrigin {
  readonly schema: string
  readonly table: string
  readonly column: string
  /** Lives in a temporary schema, where whoever created it also chose the names. */
  readonly temporary: boolean
  /** A view of a user: its definition can be replaced under the same OID. */
  readonly view: boolean
}

/** `view` and `temporary` are clear for what the catalogue knows; a session that may have changed them since must not trust that. */
export type RelationState = 'clear' | 'view' | 'temporary' | 'protected' | 'missing'

/**
 * The rules, worked out for every relation of one catalogue snapshot.
 *
 * A rule on a column of a table holds for the column of that name in every partition, inheritance child and parent of the table. A view or
 * materialized view that reads anything protected, through any number of views, has all its columns protected (a rule that names its own
 * column decides how), and so has one that calls a function which did not come with the server. A generated column that is computed from a protected one,
 * or from another such, is protected.
 */
export class Protection {
  readonly catalog: MaskingCatalog
  /** Nothing at all is protected. */
  readonly empty: boolean
  readonly #byOid = new Map<number, RelationProtection>()
  readonly #byName = new Map<string, RelationProtection[]>()

  /** @param carriers columns of the server's own relations where values of others come to light */
  constructor(rules: ColumnRules, catalog: MaskingCatalog, carriers: typeof carrierColumns = carrierColumns) {
    this.catalog = catalog
    this.empty = rules.empty
    if (this.empty) return
    const relations = [...catalog.relations()]
    const families = new Families(relations)
    for (const relation of relations) families.note(relation, ownColumns(relation, rules, carriers))
    for (const relation of relations) families.note(relation, computedColumns(relation, families.columns(relation)))
    const derived = new DerivedViews(catalog, (relation) => families.columns(relation).size > 0)
    for (const relation of relations) {
      const protection = { relation, columns: families.columns(relation), all: derived.has(relation) }
      this.#byOid.set(relation.oid, protection)
      const named = this.#byName.get(relation.name)
      if (named === undefined) this.#byName.set(relation.name, [protection])
      else named.push(protection)
    }
  }

  /** The column that RowDescription names by OID and attribute number; attribute 0 is the whole row. */
  column(oid: number, attribute: number): ColumnProtection {
    const found = this.#byOid.get(oid)
    if (found === undefined) return { type: 'missing' }
    const { relation, columns, all } = found
    if (attribute <= 0) {
      // System columns (ctid, xmin) say nothing about the row's values; the whole row says everything.
      const column = origin(relation, attribute === 0 ? '*' : 'system column')
      if (attribute === 0 && (all || columns.size > 0)) return { type: 'protected', strategy: REDACT, column }
      return { type: 'clear', column }
    }
    const name = relation.columns.get(attribute)?.name
    if (name === undefined) return { type: 'missing' }
    const strategy = columns.get(name) ?? (all ? REDACT : undefined)
    const column = origin(relation, name)
    return strategy === undefined ? { type: 'clear', column } : { type: 'protected', strategy, column }
  }

  /**
   * Whether reading a relation of that name could read anything protected. Without a schema every relation of that name counts, whatever the
   * search path says: a path can be changed, and a temporary table can take a name.
   */
  relation(schema: string | undefined, name: string): RelationState {
    const named = (this.#byName.get(name) ?? []).filter(
      ({ relation }) => schema === undefined || relation.schema === schema || relation.temporary,
    )
    if (named.length === 0) return 'missing'
    if (named.some(({ columns, all }) => all || columns.size > 0)) return 'protected'
    if (named.some(({ relation }) => relation.temporary)) return 'temporary'
    return named.some(({ relation }) => isUserView(relation)) ? 'view' : 'clear'
  }

  /** The one relation of that name; undefined when there are more or none, so that which is meant cannot be told. */
  only(schema: string | undefined, name: string): MaskingRelation | undefined {
    const named = (this.#byName.get(name) ?? []).filter(
      ({ relation }) => schema === undefined || relation.schema === schema,
    )
    return named.length === 1 ? named[0]?.relation : undefined
  }

  /** The strategy of a column by name, for lineage that came from the text. */
  named(schema: string | undefined, name: string, column: string): Strategy | undefined {
    let found: Strategy | undefined
    for (const { relation, columns, all } of this.#byName.get(name) ?? []) {
      if (schema !== undefined && relation.schema !== schema) continue
      found = stricter(found, columns.get(column) ?? (all ? REDACT : undefined))
    }
    return found
  }
}

interface RelationProtection {
  readonly relation: MaskingRelation
  /** By column name. */
  readonly columns: ReadonlyMap<string, Strategy>
  /** Every column is protected, named or not. */
  readonly all: boolean
}

function ownColumns(
  relation: MaskingRelation,
  rules: ColumnRules,
  carriers: typeof carrierColumns,
): Map<string, Strategy> {
  const carrier = carriers(relation.schema, relation.name)
  const found = new Map<string, Strategy>()
  for (const { name } of relation.columns.values()) {
    const strategy = rules.strategy(relation.schema, relation.name, name) ?? (carrier?.has(name) ? REDACT : undefined)
    if (strategy !== undefined) found.set(name, strategy)
  }
  return found
}

/** The generated columns of a relation that show something of protected ones. */
function computedColumns(
  { generated }: MaskingRelation,
  protectedColumns: ReadonlyMap<string, Strategy>,
): Map<string, Strategy> {
  const found = new Map<string, Strategy>()
  const shows = (name: string): boolean => protectedColumns.has(name) || found.has(name)
  let before: number
  do {
    before = found.size
    for (const [column, from] of generated) if (!shows(column) && from.some(shows)) found.set(column, REDACT)
  } while (found.size > before)
  return found
}

/** Tables joined by inheritance or partitioning share their protected columns by name. */
class Families {
  readonly #parent = new Map<number, number>()
  readonly #columns = new Map<number, Map<string, Strategy>>()

  constructor(relations: readonly MaskingRelation[]) {
    for (const relation of relations) {
      for (const parent of relation.parents) this.#parent.set(this.#root(relation.oid), this.#root(parent))
    }
  }

  note(relation: MaskingRelation, columns: ReadonlyMap<string, Strategy>): void {
    const root = this.#root(relation.oid)
    const shared = this.#columns.get(root) ?? new Map<string, Strategy>()
    this.#columns.set(root, shared)
    for (const [name, strategy] of columns) {
      const strictest = stricter(shared.get(name), strategy)
      if (strictest !== undefined) shared.set(name, strictest)
    }
  }

  columns(relation: MaskingRelation): ReadonlyMap<string, Strategy> {
    return this.#columns.get(this.#root(relation.oid)) ?? new Map<string, Strategy>()
  }

  #root(oid: number): number {
    let current = oid
    for (
      let next = this.#parent.get(current);
      next !== undefined && next !== current;
      next = this.#parent.get(current)
    ) {
      current = next
    }
    return current
  }
}

/** Views that read something protected, through any number of views. */
class DerivedViews {
  readonly #catalog: MaskingCatalog
  readonly #protects: (relation: MaskingRelation) => boolean
  readonly #known = new Map<number, boolean>()

  constructor(catalog: MaskingCatalog, protects: (relation: MaskingRelation) => boolean) {
    this.#catalog = catalog
    this.#protects = protects
  }

  has(relation: MaskingRelation): boolean {
    if (relation.kind !== 'view' && relation.kind !== 'materialized-view') return false
    const known = this.#known.get(relation.oid)
    if (known !== undefined) return known
    // A view cannot read itself except through a rule that was altered; assumed protected while its own answer is being worked out.
    this.#known.set(relation.oid, true)
    const derived =
      relation.functions.length > 0 || relation.reads.some((oid) => oid !== relation.oid && this.#exposes(oid))
    this.#known.set(relation.oid, derived)
    return derived
  }

  #exposes(oid: number): boolean {
    const relation = this.#catalog.relation(oid)
    return relation === undefined || this.#protects(relation) || this.has(relation)
  }
}

function origin(relation: MaskingRelation, column: string): ColumnOrigin {
  const { schema, name: table, temporary } = relation
  return { schema, table, column, temporary, view: isUserView(relation) }
}

function isUserView({ kind, schema }: MaskingRelation): boolean {
  return (kind === 'view' || kind === 'materialized-view') && schema !== 'pg_catalog' && schema !== 'information_schema'
}

const REDACT: Strategy = { strategy: 'redact' }
