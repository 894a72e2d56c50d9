import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { createConnection, type Connection, type ResultSetHeader } from 'mysql2/promise'
import { DemoError } from '../errors.ts'
import type { MysqlServer } from '../mysql.ts'
import { loadDataLine } from './load-data-text.ts'
import type { LoadedShop, ShopRole } from './load-postgres.ts'
import { MYSQL_DATABASES, MYSQL_ROUTINES_SQL, MYSQL_TABLES_SQL } from './mysql-schema.ts'
import { shop, type ShopOptions } from './shop.ts'
import type { Table } from './table.ts'

/**
 * Creates the databases `shop` and `hr` on `server`, fills them with the rows that `loadShop` gives PostgreSQL, and
 * makes the users. Throws `load-failed`.
 */
export async function loadMysqlShop(
  server: MysqlServer,
  options: ShopOptions & { readonly onProgress?: (line: string) => void } = {},
): Promise<LoadedShop> {
  const progress = options.onProgress ?? (() => {})
  const reader = { user: 'shop_reader', password: randomBytes(18).toString('base64url') }
  const writer = { user: 'shop_writer', password: randomBytes(18).toString('base64url') }
  const rows: Record<string, number> = {}
  try {
    const client = await createConnection({ uri: server.url(''), multipleStatements: true })
    try {
      await client.query(PREPARE_SQL)
      await client.query(MYSQL_TABLES_SQL)
      for (const table of shop(options)) {
        const count = await loadInto(client, table)
        rows[table.name] = count
        if (count > 10_000) progress(`${mysqlName(table.name)}: ${count.toLocaleString('en')} rows`)
      }
      progress('views, functions and procedures')
      for (const statement of MYSQL_ROUTINES_SQL) await client.query(statement)
      for (const statement of usersSql(reader, writer)) await client.query(statement)
      await client.query(FINISH_SQL)
    } finally {
      await client.end()
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DemoError('load-failed', `the sample could not be loaded into ${server.name}: ${reason}`, { cause })
  }
  return { database: 'shop', reader, writer, rows }
}

async function loadInto(client: Connection, table: Table): Promise<number> {
  const columns = table.columns.map((name) => `\`${name}\``).join(', ')
  const bytes = BYTES[table.name]
  // The file's own bytes have to be valid text, so bytes come as digits.
  const [list, set] =
    bytes === undefined
      ? [columns, '']
      : [columns.replace(`\`${bytes}\``, '@digits'), `SET \`${bytes}\` = unhex(@digits)`]
  const [result] = await client.query<ResultSetHeader>({
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${mysqlName(table.name)} CHARACTER SET utf8mb4 (${list}) ${set}`,
    infileStreamFactory: () => Readable.from(chunks(table), { objectMode: true, highWaterMark: 2 }),
  })
  if (result.warningStatus > 0) {
    const [warnings] = await client.query('SHOW WARNINGS LIMIT 1')
    throw new DemoError('load-failed', `${table.name}: ${JSON.stringify(warnings)}`)
  }
  return result.affectedRows
}

/** The table's rows as text, many to a chunk. */
function* chunks(table: Table): Generator<Buffer> {
  let text = ''
  for (const row of table.rows()) {
    text += loadDataLine(row)
    if (text.length > CHUNK_CHARACTERS) {
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

/** Where a table of the sample lies: PostgreSQL's schema `public` is the database `shop`. */
function mysqlName(name: string): string {
  return name.replace(/^public\./, 'shop.')
}

function usersSql(reader: ShopRole, writer: ShopRole): readonly string[] {
  const create = ({ user, password }: ShopRole): string =>
    `CREATE USER '${user}'@'127.0.0.1' IDENTIFIED BY '${password}'`
  const grants = MYSQL_DATABASES.flatMap((database) =>
    [reader, writer].map(({ user }) => `GRANT SELECT, SHOW VIEW, EXECUTE ON ${database}.* TO '${user}'@'127.0.0.1'`),
  )
  return [
    create(reader),
    create(writer),
    ...grants,
    `GRANT INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON shop.* TO '${writer.user}'@'127.0.0.1'`,
  ]
}

const CHUNK_CHARACTERS = 64 * 1024
const BYTES: Readonly<Record<string, string>> = { 'public.products': 'thumbnail' }
// Rows come in an order in which each finds what it refers to, so there is nothing for the checks to find.
const PREPARE_SQL = `SET GLOBAL local_infile = ON; SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'STRICT_ALL_TABLES'`
const FINISH_SQL = 'SET GLOBAL local_infile = OFF'
