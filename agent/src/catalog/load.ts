import { AgentError } from '../errors.ts'
import { messageSource } from '../database/postgres/messages.ts'
import type { Database } from '../database/postgres/open.ts'
import { query, type TextRow } from '../database/postgres/query.ts'
import type { CatalogColumn, CatalogType, RelationKind, TypeKind } from './catalog.ts'
import type { RelationParts, SnapshotParts } from './snapshot.ts'

/** How much of a database's catalogue is taken in; beyond it the load fails, and nothing of the database is shown. */
export interface CatalogBounds {
  /** Rows of each of the queries: relations, columns, types, dependencies. */
  readonly maxRows: number
  /** Of the names in each of them. */
  readonly maxBytes: number
}

export const DEFAULT_CATALOG_BOUNDS: CatalogBounds = { maxRows: 1_000_000, maxBytes: 64 * 1024 * 1024 }

/**
 * Reads relations and types on a session of the agent's own, in one transaction, so that the parts fit each other. What it asks every role
 * may read. Throws AgentError `catalog-failed`, `catalog-too-large`, and as the connection does.
 */
export async function loadCatalog(
  database: Pick<Database, 'socket' | 'leftover' | 'serverVersion'>,
  bounds: CatalogBounds,
  signal: AbortSignal,
): Promise<SnapshotParts> {
  const { socket, leftover } = database
  const connection = { socket, messages: messageSource(socket, signal, leftover) }
  const run = (text: string, onRow: (row: TextRow) => void): Promise<void> => query(connection, text, bounds, onRow)
  const relations = new Map<number, RelationParts>()
  const types = new Map<number, CatalogType>()

  await run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', () => {})
  await run(RELATIONS, (row) => {
    const relation = readRelation(row)
    relations.set(relation.oid, relation)
  })
  await run(COLUMNS, ([relation, columns]) => readColumns(columns, relations.get(int(relation))?.columns))
  await run(PARENTS, ([relation, parent]) => relations.get(int(relation))?.parents.push(int(parent)))
  await run(READS, ([relation, read]) => relations.get(int(relation))?.reads.push(int(read)))
  await run(FUNCTIONS, ([relation, name = '']) => relations.get(int(relation))?.functions.push(name))

  const labels = new Map<number, string[]>()
  await run(LABELS, ([type, label = '']) => {
    const found = labels.get(int(type))
    if (found === undefined) labels.set(int(type), [label])
    else found.push(label)
  })
  await run(Number.parseInt(database.serverVersion, 10) >= 14 ? TYPES_WITH_MULTIRANGES : TYPES, (row) => {
    const type = readType(row, labels)
    types.set(type.oid, type)
  })
  await run('COMMIT', () => {})
  return { relations, types }
}

function readRelation([oid, schema = '', name = '', letter = '', temporary]: TextRow): RelationParts {
  const kind = RELATION_KINDS[letter]
  if (kind === undefined) throw new AgentError('catalog-failed', 'the catalogue has a relation of an unknown kind')
  return {
    oid: int(oid),
    schema,
    name,
    kind,
    temporary: temporary === 't',
    columns: new Map(),
    parents: [],
    reads: [],
    functions: [],
  }
}

/** One row has all columns of a relation: databases have hundreds of thousands, and a message for each would take seconds. */
function readColumns(text: string | undefined, into: Map<number, CatalogColumn> | undefined): void {
  const columns: unknown = JSON.parse(text ?? 'null')
  if (!Array.isArray(columns)) throw new AgentError('catalog-failed', 'the catalogue has no columns where some belong')
  for (const column of columns as readonly unknown[]) {
    const [number, name, type, typeModifier] = Array.isArray(column) ? (column as readonly unknown[]) : []
    if (
      typeof number !== 'number' ||
      typeof name !== 'string' ||
      typeof type !== 'string' ||
      typeof typeModifier !== 'number'
    ) {
      throw new AgentError('catalog-failed', 'the catalogue has a column without its parts')
    }
    into?.set(number, { number, name, type: int(type), typeModifier })
  }
}

function readType(row: TextRow, labels: ReadonlyMap<number, readonly string[]>): CatalogType {
  const [oid, schema = '', name = '', letter = '', baseType, element, relation, subtype] = row
  return {
    oid: int(oid),
    schema,
    name,
    kind: TYPE_KINDS[letter] ?? 'unknown',
    baseType: int(baseType),
    element: int(element),
    relation: int(relation),
    subtype: int(subtype),
    labels: labels.get(int(oid)) ?? [],
  }
}

/** OIDs and numbers; what is none would look up nothing, and be refused later, but never silently. */
function int(text: string | undefined): number {
  const value = Number(text)
  if (text === undefined || !Number.isInteger(value)) {
    throw new AgentError('catalog-failed', 'the catalogue has no number where one belongs')
  }
  return value
}

const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
  S: 'sequence',
  c: 'composite-type',
}

const TYPE_KINDS: Readonly<Record<string, TypeKind>> = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  p: 'pseudo',
  r: 'range',
  m: 'multirange',
}

/** FirstNormalObjectId of transam.h: what has a smaller OID came with the server. */
const FIRST_OWN_OID = 16_384

// The session's search_path is pg_catalog alone, so names and operators are the server's.
const RELATIONS = `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence = 't'
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')`

// json_agg writes OIDs as texts.
const COLUMNS = `SELECT a.attrelid, json_agg(json_build_array(a.attnum, a.attname, a.atttypid, a.atttypmod) ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  GROUP BY a.attrelid`

const PARENTS = `SELECT inhrelid, inhparent FROM pg_inherits`

const READS = `SELECT DISTINCT r.ev_class, d.refobjid
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class`

// A rule depends on the operators it uses, and those on their functions.
const FUNCTIONS = `SELECT DISTINCT r.ev_class, n.nspname || '.' || p.proname
  FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  JOIN pg_proc p ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode::oid END
  JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.oid >= ${FIRST_OWN_OID}`

const LABELS = `SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder`

const typesQuery = (
  subtype: string,
  join: string,
): string => `SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype,
    CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typrelid, ${subtype}
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_range r ON r.rngtypid = t.oid ${join}`

const TYPES = typesQuery('coalesce(r.rngsubtype, 0)', '')
const TYPES_WITH_MULTIRANGES = typesQuery(
  'coalesce(r.rngsubtype, m.rngsubtype, 0)',
  'LEFT JOIN pg_range m ON m.rngmultitypid = t.oid',
)
