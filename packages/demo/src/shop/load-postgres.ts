import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { DemoError } from '../errors.ts'
import type { PostgresServer } from '../postgres.ts'
import { copyLine } from './copy-text.ts'
import { CONSTRAINTS_SQL, TABLES_SQL } from './postgres-schema.ts'
import { shop, type ShopOptions } from './shop.ts'
import type { Table } from './table.ts'

/** A role of the sample's and its password, made anew at each load. */
export interface ShopRole {
  readonly user: string
  readonly password: string
}

/** Where the sample lies and who may use it. */
export interface LoadedShop {
  readonly database: string
  /** May read everything. */
  readonly reader: ShopRole
  /** May read everything and change the shop, but not its structure and not the people who work there. */
  readonly writer: ShopRole
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
}

/** Creates the database `shop` on `server`, fills it and makes its roles. Throws `load-failed`. */
export async function loadShop(
  server: PostgresServer,
  options: ShopOptions & { readonly onProgress?: (line: string) => void } = {},
): Promise<LoadedShop> {
  const progress = options.onProgress ?? (() => {})
  const reader = { user: 'shop_reader', password: randomBytes(18).toString('base64url') }
  const writer = { user: 'shop_writer', password: randomBytes(18).toString('base64url') }
  const rows: Record<string, number> = {}
  try {
    await withClient(server.url('postgres'), async (client) => {
      await client.query(`CREATE DATABASE ${DATABASE}`)
    })
    await withClient(server.url(DATABASE), async (client) => {
      await client.query(TABLES_SQL)
      for (const table of shop(options)) {
        rows[table.name] = await copyInto(client, table)
        const count = rows[table.name] ?? 0
        if (count > 10_000) progress(`${table.name}: ${count.toLocaleString('en')} rows`)
      }
      progress('keys, indexes, views and functions')
      await client.query(CONSTRAINTS_SQL)
      await client.query(rolesSql(reader, writer))
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DemoError('load-failed', `the sample could not be loaded: ${reason}`, { cause })
  }
  return { database: DATABASE, reader, writer, rows }
}

async function withClient(url: string, act: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url })
  // A connection that the server ends also rejects the query on it, and that is where it is reported.
  client.on('error', () => {})
  await client.connect()
  try {
    await act(client)
  } finally {
    await client.end()
  }
}

async function copyInto(client: Client, table: Table): Promise<number> {
  const name = table.name.split('.').map(escapeIdentifier).join('.')
  const columns = table.columns.map(escapeIdentifier).join(', ')
  const sink = client.query(copyFrom(`COPY ${name} (${columns}) FROM STDIN`))
  await pipeline(Readable.from(chunks(table), { objectMode: true, highWaterMark: 2 }), sink)
  return sink.rowCount
}

/** The table's rows as COPY text, many to a chunk. */
function* chunks(table: Table): Generator<Buffer> {
  let text = ''
  for (const row of table.rows()) {
    text += copyLine(row)
    if (text.length > CHUNK_CHARACTERS) {
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

function rolesSql(reader: ShopRole, writer: ShopRole): string {
  return `
    CREATE ROLE ${reader.user} LOGIN PASSWORD ${escapeLiteral(reader.password)};
    CREATE ROLE ${writer.user} LOGIN PASSWORD ${escapeLiteral(writer.password)};
    REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC;
    GRANT CONNECT, TEMPORARY ON DATABASE ${DATABASE} TO ${reader.user}, ${writer.user};
    GRANT USAGE ON SCHEMA public, hr TO ${reader.user}, ${writer.user};
    GRANT SELECT ON ALL TABLES IN SCHEMA public, hr TO ${reader.user}, ${writer.user};
    GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${writer.user};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${writer.user};
  `
}

const DATABASE = 'shop'
const CHUNK_CHARACTERS = 64 * 1024
