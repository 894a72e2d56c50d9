import { AgentError } from '../../errors.ts'
import { messageSource } from '../../database/postgres/messages.ts'
import type { Database } from '../../database/postgres/open.ts'
import { type OwnQuery, runQueries, type TextRow } from '../../database/postgres/query.ts'
import type { CatalogColumn, CatalogType, RelationKind, TypeKind } from '../catalog.ts'
import {
  columnsQuery,
  functionsQuery,
  generatedQuery,
  labelsQuery,
  parentsQuery,
  readsQuery,
  relationsQuery,
  typesQuery,
} from './queries.ts'
import type { RelationParts, SnapshotParts } from '../snapshot.ts'

/** How much of a database's catalogue is taken in; beyond it the load fails, and nothing of the database is shown. */
export interface CatalogBounds {
  /** Rows of each of the queries: relations, columns, types, dependencies. */
  readonly maxRows: number
  /** Of the names in each of them. */
  readonly maxBytes: number
}

export const DEFAULT_CATALOG_BOUNDS: CatalogBounds = { maxRows: 1_000_000, maxBytes: 64 * 1024 * 1024 }

/** FirstNormalObjectId of transam.h: what has a smaller OID came with the server, and stays as it is as long as the server does. */
export const FIRST_OWN_OID = 16_384

/**
 * Reads relations and types on a session of the agent's own, in one transaction, so that the parts fit each other; those with OIDs from
 * `firstOid` on. What it asks every role may read. Throws AgentError `catalog-failed`, `catalog-too-large`, and as the connection does.
 */
export async function loadCatalog(
  database: Pick<Database, 'socket' | 'leftover' | 'serverVersion'>,
  firstOid: number,
  bounds: CatalogBounds,
  signal: AbortSignal,
): Promise<SnapshotParts> {
  const { socket, leftover, serverVersion } = database
  const relations = new Map<number, RelationParts>()
  const types = new Map<number, CatalogType>()
  const labels = new Map<number, string[]>()
  const queries: readonly OwnQuery[] = [
    { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', onRow: () => {} },
    {
      text: relationsQuery(firstOid),
      onRow: (row) => {
        const relation = readRelation(row)
        relations.set(relation.oid, relation)
      },
    },
    {
      text: columnsQuery(firstOid),
      onRow: ([relation, columns]) => readColumns(columns, relations.get(int(relation))?.columns),
    },
    {
      text: parentsQuery(firstOid),
      onRow: ([relation, parent]) => relations.get(int(relation))?.parents.push(int(parent)),
    },
    { text: readsQuery(firstOid), onRow: ([relation, read]) => relations.get(int(relation))?.reads.push(int(read)) },
    {
      text: generatedQuery(firstOid, Number.parseInt(serverVersion, 10)),
      onRow: ([relation, column = '', from = '']) => {
        const generated = relations.get(int(relation))?.generated
        generated?.set(column, [...(generated.get(column) ?? []), from])
      },
    },
    {
      text: functionsQuery(firstOid, FIRST_OWN_OID),
      onRow: ([relation, name = '']) => relations.get(int(relation))?.functions.push(name),
    },
    {
      text: labelsQuery(firstOid),
      onRow: ([type, label = '']) => {
        const found = labels.get(int(type))
        if (found === undefined) labels.set(int(type), [label])
        else found.push(label)
      },
    },
    {
      text: typesQuery(firstOid, Number.parseInt(serverVersion, 10)),
      onRow: (row) => {
        const type = readType(row, labels)
        types.set(type.oid, type)
      },
    },
    { text: 'COMMIT', onRow: () => {} },
  ]
  await runQueries({ socket, messages: messageSource(socket, signal, leftover) }, queries, bounds)
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
    generated: new Map(),
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
