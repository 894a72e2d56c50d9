import { DemoError } from '../errors.ts'
import { MYSQL_ADVICE, startMysql } from '../mysql.ts'
import { findMysql } from '../mysql/installation.ts'
import { startPostgres } from '../postgres.ts'
import type { Screen } from '../screen/screen.ts'
import { loadMysqlShop } from '../shop/load-mysql.ts'
import { loadShop, type LoadedShop, type ShopRole } from '../shop/load-postgres.ts'
import type { Guest } from '../tour/guest.ts'
import { mysqlGuest } from '../tour/mysql-guest.ts'
import { postgresGuest } from '../tour/postgres-guest.ts'

/** A database with the shop in it. */
export interface DemoDatabase {
  readonly engine: 'postgres' | 'mysql'
  /** `PostgreSQL 18`. */
  readonly name: string
  readonly port: number
  readonly shop: LoadedShop
  /** What the gateway calls the two ways to it. */
  readonly connections: { readonly readonly: string; readonly write: string }
  /** A client of `connection` at the gateway's `port`. */
  readonly guest: (connection: string, port: number, token: string) => Promise<Guest>
  /** A client of the database itself, as its superuser. */
  readonly direct: () => Promise<Guest>
  /** What to paste to reach `connection`: a command, and a URL for a driver. */
  readonly command: (connection: string, port: number, token: string) => string
  readonly url: (connection: string, port: number, token: string) => string
}

/** What starting a database takes; what it starts is ended by `closers`, also while it is still starting. */
export interface DatabaseOptions {
  readonly screen: Screen
  readonly signal: AbortSignal
  readonly closers: (() => Promise<void>)[]
}

/** Starts PostgreSQL and loads the shop into it. Throws DemoError. */
export async function postgresDatabase({ screen, signal, closers }: DatabaseOptions): Promise<DemoDatabase> {
  const starting = startPostgres({ onProgress: (line) => screen.progress(line) })
  closers.push(async () => (await starting.catch(() => undefined))?.stop())
  const server = await starting
  const name = `PostgreSQL ${server.version}`
  screen.progress(`${name} (process ${server.pid}) on port ${server.port}`)
  signal.throwIfAborted()
  const shop = await loadShop(server, { onProgress: (line) => screen.progress(`${name}: ${line}`) })
  return {
    engine: 'postgres',
    name,
    port: server.port,
    shop,
    connections: { readonly: 'shop-readonly', write: 'shop-write' },
    guest: (connection, port, token) =>
      postgresGuest(`${connection}=>`, loginOf(port, { user: connection, password: token }, shop)),
    direct: () => postgresGuest('postgres=#', { connectionString: server.url(shop.database) }),
    command: (connection, port, token) =>
      `PGPASSWORD=${token} psql -h 127.0.0.1 -p ${port} -U ${connection} ${shop.database}`,
    url: (connection, port, token) => `postgresql://${connection}:${token}@127.0.0.1:${port}/${shop.database}`,
  }
}

/**
 * Starts MariaDB or MySQL and loads the shop into it. `installation` is a folder, or undefined for whatever is found;
 * then undefined comes back, and the reason is said, where none is found or the one that is does not start.
 */
export async function mysqlDatabase(
  options: DatabaseOptions,
  installation: string | undefined,
): Promise<DemoDatabase | undefined> {
  const { screen } = options
  if (installation !== undefined) return startMysqlDatabase(options, { installation })
  if ((await findMysql()) === undefined) {
    screen.progress(`no MariaDB or MySQL is installed, so that part is left out; ${MYSQL_ADVICE}`)
    return undefined
  }
  try {
    return await startMysqlDatabase(options, {})
  } catch (error) {
    if (!(error instanceof DemoError) || !error.code.startsWith('mysql-')) throw error
    screen.progress(`the part of MariaDB and MySQL is left out: ${error.message}`)
    return undefined
  }
}

async function startMysqlDatabase(
  { screen, signal, closers }: DatabaseOptions,
  how: { readonly installation?: string },
): Promise<DemoDatabase> {
  const starting = startMysql({ ...how, onProgress: (line) => screen.progress(line) })
  closers.push(async () => (await starting.catch(() => undefined))?.stop())
  const server = await starting
  screen.progress(`${server.name} (process ${server.pid}) on port ${server.port}`)
  signal.throwIfAborted()
  // MySQL's own client sends a password without TLS only when it is told to ask for the key to put it under.
  const options = server.flavour === 'mysql' ? '--get-server-public-key ' : ''
  const shop = await loadMysqlShop(server, { onProgress: (line) => screen.progress(`${server.name}: ${line}`) })
  return {
    engine: 'mysql',
    name: server.name,
    port: server.port,
    shop,
    connections: { readonly: 'shop-mysql-readonly', write: 'shop-mysql-write' },
    guest: (connection, port, token) =>
      mysqlGuest(`${connection}>`, loginOf(port, { user: connection, password: token }, shop)),
    direct: () => mysqlGuest('root>', loginOf(server.port, server, shop)),
    command: (connection, port, token) =>
      `MYSQL_PWD=${token} mysql -h 127.0.0.1 -P ${port} -u ${connection} ${options}${shop.database}`,
    url: (connection, port, token) => `mysql://${connection}:${token}@127.0.0.1:${port}/${shop.database}`,
  }
}

function loginOf(
  port: number,
  { user, password }: ShopRole,
  { database }: LoadedShop,
): { readonly host: string; readonly port: number; user: string; password: string; database: string } {
  return { host: '127.0.0.1', port, user, password, database }
}
