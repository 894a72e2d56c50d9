import { randomBytes } from 'node:crypto'
import { unprivilegedAccount } from './account.ts'
import { binariesIn, embeddedBinaries } from './postgres/binaries.ts'
import { createCluster, plainEnvironment } from './postgres/cluster.ts'
import { heldDirectory } from './held-directory.ts'
import {
  endServer,
  HOST,
  startServer,
  startServerOnFreePort,
  type ServerLaunch,
  type ServerTls,
} from './server-process.ts'

/** How to start a PostgreSQL whose data is thrown away. */
export interface PostgresOptions {
  /** Where `initdb` and `postgres` lie; without it the version that npm installed. */
  readonly binaries?: string
  /** Server settings by name, over the defaults. */
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf; by default every user from loopback, by SCRAM-SHA-256. */
  readonly hba?: readonly string[]
  readonly tls?: ServerTls
  /** The longest a start may take, in milliseconds. */
  readonly startTimeoutMs?: number
  /** One line for each step that may take longer than a second. */
  readonly onProgress?: (line: string) => void
}

/** A PostgreSQL server of our own. Whoever starts it stops it; it also ends when this process does. */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  /** The superuser. */
  readonly user: string
  readonly password: string
  /** Major version, such as 18. */
  readonly version: number
  /** Process id of the postmaster. */
  readonly pid: number
  /** The last lines the server logged, at most 400. */
  log(): string
  /** Connection string for `database`, as the superuser or as `as`. */
  url(database: string, as?: { readonly user: string; readonly password: string }): string
  /** Ends the postmaster with `signal` and leaves the data: SIGQUIT is a crash, SIGINT an orderly end. */
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Starts again on the same data and port after `kill`. */
  restart(): Promise<void>
  /** Ends the server and removes its files. Safe to call again. */
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL on a free loopback port with a fresh data directory, as an unprivileged account when this
 * process is root. Throws DemoError.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const progress = options.onProgress ?? (() => {})
  const account = await unprivilegedAccount(['postgres'])
  const binaries =
    options.binaries === undefined ? await embeddedBinaries(account) : await binariesIn(options.binaries, account)
  const directory = await heldDirectory('sallyport-data-', account)
  const password = randomBytes(18).toString('base64url')
  try {
    progress(`PostgreSQL ${binaries.version}: making a data directory`)
    const data = await createCluster({
      binaries,
      account,
      directory: directory.path,
      password,
      settings: options.settings ?? {},
      hba: options.hba ?? ['host all all 127.0.0.1/32 scram-sha-256'],
      tls: options.tls,
    })
    progress(`PostgreSQL ${binaries.version}: starting`)
    const launch: ServerLaunch = {
      name: 'PostgreSQL',
      command: (port) => [binaries.postgres, '-D', data, '-p', String(port)],
      directory: data,
      environment: plainEnvironment(),
      account,
      timeoutMs: options.startTimeoutMs ?? 30_000,
      ready: /database system is ready to accept connections/,
      busyPort: /could not bind|in use/,
      end: 'SIGINT',
      crash: 'SIGQUIT',
      errors: { failed: 'postgres-failed', timeout: 'postgres-timeout' },
    }
    let postmaster = await startServerOnFreePort(launch)
    return {
      host: HOST,
      port: postmaster.port,
      user: 'postgres',
      password,
      version: binaries.version,
      get pid() {
        return postmaster.pid
      },
      log: () => postmaster.log.join('\n'),
      url: (database, as = { user: 'postgres', password }) =>
        `postgresql://${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}@${HOST}:${postmaster.port}/${encodeURIComponent(database)}`,
      kill: (signal) => endServer(postmaster, [signal]),
      restart: async () => {
        postmaster = await startServer(launch, postmaster.port)
      },
      stop: async () => {
        await endServer(postmaster, ['SIGINT', 'SIGQUIT', 'SIGKILL'])
        await directory.remove()
      },
    }
  } catch (error) {
    await directory.remove()
    throw error
  }
}
