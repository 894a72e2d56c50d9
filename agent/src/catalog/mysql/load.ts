import { foldName } from '@sallyport/masking'
import { type OwnConnection, type OwnQuery, runQueries, type TextRow } from '../../database/mysql/query.ts'
import type { ServerFacts } from '../../database/mysql/server-facts.ts'
import type { CatalogRelation, CatalogSnapshot, CatalogType, RelationKind } from '../catalog.ts'
import { makeSnapshot, type RelationParts } from '../snapshot.ts'
import { readView } from './views.ts'

/**
 * Reads tables, columns and views of a server on a session of the agent's own, of all schemas that its account sees: a client can name any of them. Names
 * are folded (`foldName`); numbers of relations and columns are the snapshot's own. Throws AgentError `catalog-failed`, `catalog-too-large`.
 */
export async function loadMysqlCatalog(
  connection: OwnConnection,
  server: ServerFacts,
  version: number,
): Promise<CatalogSnapshot> {
  const { reading } = server
  const relations = new Map<number, RelationParts>()
  const byName = new Map<string, RelationParts>()
  const views: TextRow[] = []
  const queries = [
    // Definitions of views are written in the session's own quotes.
    { text: "SET SESSION sql_mode = ''" },
    {
      text: 'SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES',
      onRow: (row: TextRow) => {
        const relation = relationOf(row, relations.size + 1)
        if (relation === undefined) return
        relations.set(relation.oid, relation)
        byName.set(keyOf(relation.schema, relation.name), relation)
      },
    },
    {
      text: 'SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS',
      onRow: ([schema = '', table = '', column = '', type = '']: TextRow) => {
        const columns = byName.get(keyOf(foldName(schema), foldName(table)))?.columns
        const number = (columns?.size ?? 0) + 1
        columns?.set(number, { number, name: foldName(column), type: TYPES.indexOf(type), typeModifier: -1 })
      },
    },
    ...(reading.flavour === 'mariadb' && reading.version >= 100_510 ? [jsonColumns(byName)] : []),
    {
      text: "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, GENERATION_EXPRESSION FROM information_schema.COLUMNS WHERE GENERATION_EXPRESSION <> '' OR EXTRA LIKE '%VIRTUAL GENERATED%' OR EXTRA LIKE '%STORED GENERATED%'",
      onRow: ([schema = '', table = '', column = '', expression = '']: TextRow) => {
        const relation = byName.get(keyOf(foldName(schema), foldName(table)))
        relation?.generated.set(foldName(column), mentioned(relation, foldName(expression)))
      },
    },
    {
      text: 'SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS',
      onRow: (row: TextRow) => void views.push(row),
    },
  ]
  await runQueries(connection, queries, BOUNDS)
  for (const [schema = '', name = '', definition = ''] of views) {
    const view = byName.get(keyOf(foldName(schema), foldName(name)))
    if (view === undefined) continue
    const { reads, functions } = readView(definition, schema, server)
    // What a view reads and the catalogue lacks is a number that nobody has: such a view is protected.
    for (const read of reads) view.reads.push(byName.get(keyOf(read.schema, read.name))?.oid ?? NOBODY)
    view.functions.push(...functions)
  }
  return makeSnapshot(version, { relations, types: typesByNumber() })
}

/** MariaDB's JSON is a text with a condition. */
function jsonColumns(relations: ReadonlyMap<string, RelationParts>): OwnQuery {
  return {
    text: `SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS WHERE LEVEL = 'Column' AND CHECK_CLAUSE LIKE 'json_valid(%'`,
    onRow: ([schema = '', table = '', column = '']) => {
      const columns = relations.get(keyOf(foldName(schema), foldName(table)))?.columns
      for (const [number, found] of columns ?? []) {
        if (found.name === foldName(column)) columns?.set(number, { ...found, type: TYPES.indexOf('json') })
      }
    },
  }
}

function relationOf([schema = '', name = '', type = '']: TextRow, oid: number): RelationParts | undefined {
  const kind = KINDS[type]
  // A temporary table of another session is nobody else's; one of this session is remembered where it is made.
  if (type === 'TEMPORARY') return undefined
  return {
    oid,
    schema: foldName(schema),
    name: foldName(name),
    kind: kind ?? 'table',
    temporary: false,
    columns: new Map(),
    parents: [],
    reads: [],
    generated: new Map(),
    functions: [],
  } satisfies CatalogRelation
}

/** The types that clients may be told as texts; others need no name here. */
function typesByNumber(): ReadonlyMap<number, CatalogType> {
  const plain = { schema: '', kind: 'base', baseType: 0, element: 0, relation: 0, subtype: 0, labels: [] } as const
  return new Map(TYPES.map((name, oid) => [oid, { ...plain, oid, name }]))
}

/** The columns whose names stand anywhere in an expression, which are at least those that it reads; all where the account may not see it. */
function mentioned({ columns }: RelationParts, expression: string): string[] {
  return [...columns.values()].map(({ name }) => name).filter((name) => expression === '' || expression.includes(name))
}

function keyOf(schema: string, name: string): string {
  return `${schema}\0${name}`
}

const KINDS: Readonly<Partial<Record<string, RelationKind>>> = { VIEW: 'view', SEQUENCE: 'sequence' }
const TYPES: readonly string[] = ['uuid', 'inet4', 'inet6', 'json']
const NOBODY = -1
const BOUNDS = { maxRows: 1_000_000, maxBytes: 64 * 1024 * 1024 }
