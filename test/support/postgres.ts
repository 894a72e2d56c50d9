import { existsSync, readdirSync } from 'node:fs'
import { startPostgres as startServer, type PostgresServer } from '@sallyport/demo'
import { Client, escapeIdentifier, escapeLiteral, type ClientConfig } from 'pg'
import { createAuthority, type Authority, type Credential } from './certificates.ts'

/** The versions a test may ask for: 18 comes with npm, 15 from Debian's packages. */
export type PostgresVersion = 15 | 18

/** A role to create. */
export interface TestUser {
  readonly name: string
  /** Without one the role has no password. */
  readonly password?: string
  /** How the password is kept; `md5` needs a line in `hba` that asks for it. */
  readonly passwordEncryption?: 'scram-sha-256' | 'md5'
  /** More role attributes, such as `SUPERUSER` or `REPLICATION`. */
  readonly attributes?: string
}

/** How to start PostgreSQL for a test. */
export interface TestPostgresOptions {
  readonly version?: PostgresVersion
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf, tried before `host all all 127.0.0.1/32 scram-sha-256`. */
  readonly hba?: readonly string[]
  /** True turns TLS on, with a certificate for localhost and 127.0.0.1; an object says what the certificate holds. */
  readonly tls?: boolean | { readonly hosts?: readonly string[]; readonly keyType?: 'ec' | 'rsa' }
  readonly users?: readonly TestUser[]
  /** Databases to create beside `postgres`. */
  readonly databases?: readonly string[]
}

/** A PostgreSQL server for a test. */
export interface TestPostgres extends PostgresServer {
  /** The authority behind the server's certificate; undefined without TLS. */
  readonly authority: Authority | undefined
  /** A client certificate the server trusts for `user`; needs TLS. */
  clientCertificate(user: string): Credential
  /** An open `pg` connection, as the superuser unless told otherwise. The caller ends it. */
  connect(config?: ClientConfig): Promise<Client>
  /** Runs statements as the superuser and returns the rows of the last. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Sessions other than the caller's own, by application name and state: what must be gone after a fault. */
  sessions(): Promise<readonly { pid: number; user: string; application: string; state: string }[]>
}

/** Starts a PostgreSQL of the wanted version; `stop()` it in `afterAll`. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const version = options.version ?? 18
  const directory = version === 18 ? undefined : binariesOf(version)
  if (version !== 18 && directory === undefined) {
    throw new Error(`PostgreSQL ${version} is not installed here: apt-get install postgresql-${version}`)
  }
  const authority = options.tls === undefined || options.tls === false ? undefined : createAuthority()
  const asked = typeof options.tls === 'object' ? options.tls : {}
  const tls =
    authority === undefined
      ? undefined
      : { ...authority.issue({ commonName: 'localhost', use: 'server', ...asked }), ca: authority.cert }
  const server = await startServer({
    ...(directory === undefined ? {} : { binaries: directory }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    hba: [...(options.hba ?? []), 'host all all 127.0.0.1/32 scram-sha-256'],
    ...(tls === undefined ? {} : { tls }),
  })
  const connect = async (config: ClientConfig = {}): Promise<Client> => {
    const { host, port, user, password } = server
    const client = new Client({ host, port, user, password, database: 'postgres', ...config })
    await client.connect()
    return client
  }
  const query = async <Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> => {
    const client = await connect()
    try {
      const result = await (parameters === undefined ? client.query(sql) : client.query(sql, [...parameters]))
      const last = Array.isArray(result) ? (result.at(-1) as typeof result) : result
      return last.rows as Row[]
    } finally {
      await client.end()
    }
  }
  try {
    for (const user of options.users ?? []) await query(createRole(user))
    for (const name of options.databases ?? []) await query(`CREATE DATABASE ${escapeIdentifier(name)}`)
  } catch (error) {
    await server.stop()
    throw error
  }
  // `server` reads its pid and port afresh after a restart, so it is extended and not copied.
  return Object.assign(server, {
    authority,
    clientCertificate: (user: string): Credential => {
      if (authority === undefined) throw new Error('the server was started without TLS')
      return authority.issue({ commonName: user, use: 'client' })
    },
    connect,
    query,
    sessions: () =>
      query<{ pid: number; user: string; application: string; state: string }>(
        `SELECT pid, usename AS user, application_name AS application, coalesce(state, '') AS state
           FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid`,
      ),
  })
}

/** The versions that can be started on this machine, newest first. A suite runs once for each. */
export function postgresVersions(): readonly PostgresVersion[] {
  return binariesOf(15) === undefined ? [18] : [18, 15]
}

/** Where Debian keeps the programs of `version`, or undefined. */
export function binariesOf(version: number): string | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root) || !readdirSync(root).includes(String(version))) return undefined
  const directory = `${root}/${version}/bin`
  return existsSync(`${directory}/postgres`) ? directory : undefined
}

function createRole(user: TestUser): string {
  const encryption = user.passwordEncryption ?? 'scram-sha-256'
  const password = user.password === undefined ? '' : ` PASSWORD ${escapeLiteral(user.password)}`
  return `SET password_encryption = '${encryption}'; CREATE ROLE ${escapeIdentifier(user.name)} LOGIN ${user.attributes ?? ''}${password}`
}
