import { startMysql as startServer, type MysqlServer } from '@sallyport/demo'
import { createConnection, escape, escapeId, type Connection, type ConnectionOptions } from 'mysql2/promise'
import { createAuthority, type Authority, type Credential } from './certificates.ts'
import { mysqlInstallation, type MysqlFlavour, type TestMysqlInstallation } from './mysql-installation.ts'

/** A user to create, who may connect from loopback. */
export interface TestMysqlUser {
  readonly name: string
  readonly password: string
  /** The authentication plug-in; the server's own default when left out. */
  readonly plugin?: string
  /** Privileges on everything; `ALL PRIVILEGES` when left out. */
  readonly privileges?: string
  /** Behind REQUIRE, such as `SSL` or `X509`. */
  readonly require?: string
}

/** How to start MariaDB or MySQL for a test. */
export interface TestMysqlOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** True turns TLS on, with a certificate for localhost and 127.0.0.1; an object says what the certificate holds. */
  readonly tls?: boolean | { readonly hosts?: readonly string[]; readonly keyType?: 'ec' | 'rsa' }
  readonly users?: readonly TestMysqlUser[]
  /** Databases to create beside `shop`. */
  readonly databases?: readonly string[]
}

/** A session in the server. */
export interface MysqlSession {
  readonly id: number
  readonly user: string
  readonly database: string | null
  readonly command: string
  /** What it runs; null when it runs nothing. */
  readonly info: string | null
}

/** A MariaDB or MySQL server for a test, with an empty database `shop`. */
export interface TestMysql extends MysqlServer {
  readonly installation: TestMysqlInstallation
  /** Flavour and version in a few words. */
  readonly label: string
  readonly database: string
  /** The authority behind the server's certificate; undefined where it was started without TLS of ours. */
  readonly authority: Authority | undefined
  /** A client certificate the server trusts; needs TLS. */
  clientCertificate(commonName: string): Credential
  /** An open mysql2 connection, as the superuser unless told otherwise. The caller ends it. */
  connect(config?: ConnectionOptions): Promise<Connection>
  /** Runs statements, separated by semicolons, as the superuser in `shop`; returns the rows of the last. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Sessions other than the caller's own and the server's: what must be gone after a fault. */
  sessions(): Promise<readonly MysqlSession[]>
}

/** Starts Debian's MariaDB; `stop()` it in `afterAll`. */
export function startMariadb(options: TestMysqlOptions = {}): Promise<TestMysql> {
  return startMysqlServer('mariadb', options)
}

/** Starts Oracle's MySQL 9; `stop()` it in `afterAll`. */
export function startMysql(options: TestMysqlOptions = {}): Promise<TestMysql> {
  return startMysqlServer('mysql', options)
}

/** Starts a server of the wanted flavour. Throws, with a word on how to get it, where it is not installed. */
export async function startMysqlServer(flavour: MysqlFlavour, options: TestMysqlOptions = {}): Promise<TestMysql> {
  const installation = mysqlInstallation(flavour)
  if (installation === undefined) throw new Error(HOW_TO_GET[flavour])
  const authority = options.tls === undefined || options.tls === false ? undefined : createAuthority()
  const asked = typeof options.tls === 'object' ? options.tls : {}
  const tls =
    authority === undefined
      ? undefined
      : { ...authority.issue({ commonName: 'localhost', use: 'server', ...asked }), ca: authority.cert }
  const server = await startServer({
    installation: installation.folder,
    settings: { ...SETTINGS, ...options.settings },
    ...(tls === undefined ? {} : { tls }),
  })
  try {
    const connect = (config: ConnectionOptions = {}): Promise<Connection> =>
      createConnection({ ...login(server), database: DATABASE, ...config })
    const query = async <Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> => {
      const connection = await connect({ multipleStatements: true })
      try {
        const [rows] = await connection.query(sql, parameters as unknown[] | undefined)
        const last: unknown = Array.isArray(rows) && rows.some((row) => Array.isArray(row)) ? rows.at(-1) : rows
        return (Array.isArray(last) ? last : []) as Row[]
      } finally {
        await connection.end()
      }
    }
    const first = await createConnection(login(server))
    await first.query(`CREATE DATABASE ${DATABASE}`)
    await first.end()
    for (const user of options.users ?? []) await query(createUser(user))
    for (const name of options.databases ?? []) await query(`CREATE DATABASE ${escapeId(name)}`)
    // `server` reads its pid afresh after a restart, so it is extended and not copied.
    return Object.assign(server, {
      installation,
      label: server.name,
      database: DATABASE,
      authority,
      clientCertificate: (commonName: string): Credential => {
        if (authority === undefined) throw new Error('the server was started without TLS')
        return authority.issue({ commonName, use: 'client' })
      },
      connect,
      query,
      sessions: async () => {
        const rows = await query<MysqlSession>(
          `SELECT ID AS id, USER AS user, DB AS \`database\`, COMMAND AS command, INFO AS info
             FROM information_schema.PROCESSLIST WHERE ID <> connection_id() ORDER BY ID`,
        )
        return rows.filter(({ user, command }) => !SERVER_USERS.has(user) && command !== 'Daemon')
      },
    })
  } catch (error) {
    await server.stop()
    throw error
  }
}

function login({ host, port, user, password }: MysqlServer): ConnectionOptions {
  return { host, port, user, password }
}

function createUser({ name, password, plugin, privileges, require }: TestMysqlUser): string {
  const account = `${escape(name)}@'127.0.0.1'`
  const proof = plugin === undefined ? `IDENTIFIED BY ${escape(password)}` : identifiedVia(plugin, password)
  return `CREATE USER ${account} ${proof}${require === undefined ? '' : ` REQUIRE ${require}`};
    GRANT ${privileges ?? 'ALL PRIVILEGES'} ON *.* TO ${account}`
}

/** MariaDB's plug-ins take a password through a function; MySQL's do not. */
function identifiedVia(plugin: string, password: string): string {
  return plugin === 'ed25519' || plugin === 'mysql_native_password'
    ? `IDENTIFIED VIA ${plugin} USING PASSWORD(${escape(password)})`
    : `IDENTIFIED WITH ${plugin} BY ${escape(password)}`
}

const DATABASE = 'shop'
const SETTINGS: Readonly<Record<string, string>> = {
  'innodb-buffer-pool-size': '64M',
  'max-allowed-packet': '1G',
  'local-infile': 'ON',
}
const SERVER_USERS: ReadonlySet<string> = new Set(['system user', 'event_scheduler'])
const HOW_TO_GET: Readonly<Record<MysqlFlavour, string>> = {
  mariadb: 'MariaDB is not installed here: apt-get install mariadb-server',
  mysql: 'no MySQL 9 here: unpack it and name its base directory in SALLYPORT_TEST_MYSQL9',
}
