import { randomBytes } from 'node:crypto'
import { chown } from 'node:fs/promises'
import { hostname } from 'node:os'
import { unprivilegedAccount } from './account.ts'
import { DemoError } from './errors.ts'
import { heldDirectory } from './held-directory.ts'
import { createDataDirectory, initFile, mysqlEnvironment } from './mysql/data-directory.ts'
import { findMysql, mysqlIn } from './mysql/installation.ts'
import {
  endServer,
  HOST,
  startServer,
  startServerOnFreePort,
  type ServerLaunch,
  type ServerTls,
} from './server-process.ts'

/** How to start a MariaDB or MySQL whose data is thrown away. */
export interface MysqlOptions {
  /** The folder of an installation; without it the first one found on PATH or in the usual places. */
  readonly installation?: string
  /** Server options by name, such as `max-connections`, over the defaults; '' is an option without a value. */
  readonly settings?: Readonly<Record<string, string>>
  readonly tls?: ServerTls
  /** The longest a start may take, in milliseconds. */
  readonly startTimeoutMs?: number
  /** One line for each step that may take longer than a second. */
  readonly onProgress?: (line: string) => void
}

/** A MariaDB or MySQL server of our own. Whoever starts it stops it; it also ends when this process does. */
export interface MysqlServer {
  readonly flavour: 'mariadb' | 'mysql'
  /** Such as 10.11.19. */
  readonly version: string
  /** `MariaDB 10.11.19`, for messages. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** The superuser, from loopback. */
  readonly user: string
  readonly password: string
  readonly pid: number
  /** The last lines the server logged, at most 400. */
  log(): string
  /** Connection string for `database`, as the superuser or as `as`. */
  url(database: string, as?: { readonly user: string; readonly password: string }): string
  /** Ends the server with `signal` and leaves the data: SIGKILL is a crash, SIGTERM an orderly end. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts again on the same data and port after `kill`. */
  restart(): Promise<void>
  /** Ends the server and removes its files. Safe to call again. */
  stop(): Promise<void>
}

/**
 * Starts a real MariaDB or MySQL on a free loopback port with a fresh data directory, as an unprivileged account when
 * this process is root. Throws DemoError: `mysql-missing` when none is installed.
 */
export async function startMysql(options: MysqlOptions = {}): Promise<MysqlServer> {
  const progress = options.onProgress ?? (() => {})
  const installation = options.installation === undefined ? await findMysql() : await mysqlIn(options.installation)
  if (installation === undefined) throw new DemoError('mysql-missing', `no MariaDB or MySQL was found; ${MYSQL_ADVICE}`)
  const account = await unprivilegedAccount(['mysql'])
  const directory = await heldDirectory('sallyport-mysql-', account)
  const password = randomBytes(18).toString('base64url')
  try {
    if (account !== undefined) await chown(directory.path, account.uid, account.gid)
    progress(`${installation.name}: making a data directory`)
    const args = await createDataDirectory({
      installation,
      account,
      directory: directory.path,
      settings: options.settings ?? {},
      tls: options.tls,
    })
    progress(`${installation.name}: starting`)
    const launch: ServerLaunch = {
      name: installation.name,
      command: (port) => [...installation.server, ...args, `--port=${port}`],
      directory: directory.path,
      environment: mysqlEnvironment(directory.path),
      account,
      timeoutMs: options.startTimeoutMs ?? 60_000,
      ready: /ready for connections/,
      busyPort: /Address already in use|Do you already have another/,
      end: 'SIGTERM',
      crash: 'SIGKILL',
      errors: { failed: 'mysql-failed', timeout: 'mysql-timeout' },
    }
    const init = await initFile(directory.path, account, superuser(password))
    const command = (port: number): readonly string[] => [...launch.command(port), init.argument]
    let server = await startServerOnFreePort({ ...launch, command })
    await init.remove()
    return {
      flavour: installation.flavour,
      version: installation.version,
      name: installation.name,
      host: HOST,
      port: server.port,
      user: USER,
      password,
      get pid() {
        return server.pid
      },
      log: () => server.log.join('\n'),
      url: (database, as = { user: USER, password }) =>
        `mysql://${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}@${HOST}:${server.port}/${encodeURIComponent(database)}`,
      kill: (signal) => endServer(server, [signal]),
      restart: async () => {
        server = await startServer(launch, server.port)
      },
      stop: async () => {
        // Nothing of the data is kept, so there is nothing to wait for.
        await endServer(server, ['SIGKILL'])
        await directory.remove()
      },
    }
  } catch (error) {
    await directory.remove()
    throw error
  }
}

/** How to get a server, in a line. */
export const MYSQL_ADVICE =
  process.platform === 'darwin' ? 'get one with: brew install mariadb' : 'get one with: apt-get install mariadb-server'

/** One superuser, with a password and from loopback; the accounts without a password that came with the data go. */
function superuser(password: string): readonly string[] {
  return [
    `CREATE USER IF NOT EXISTS '${USER}'@'${HOST}'`,
    `ALTER USER '${USER}'@'${HOST}' IDENTIFIED BY '${password}'`,
    `GRANT ALL ON *.* TO '${USER}'@'${HOST}' WITH GRANT OPTION`,
    `DROP USER IF EXISTS '${USER}'@'localhost', '${USER}'@'::1', '${USER}'@'${hostname().toLowerCase()}'`,
  ]
}

const USER = 'root'
