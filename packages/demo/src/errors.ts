/**
 * Why the demo could not go on.
 *
 * - `unsupported-platform`: no PostgreSQL binaries exist for this operating system and processor.
 * - `binaries-missing`: the package that carries the binaries is not installed, or they do not start.
 * - `no-unprivileged-account`: run as root, and no account was found that a database server may run as.
 * - `initdb-failed`: a new data directory could not be made.
 * - `postgres-failed`: PostgreSQL stopped before it took connections, or while it was needed.
 * - `postgres-timeout`: PostgreSQL did not take connections in time.
 * - `mysql-missing`: neither MariaDB nor MySQL is installed, or not where it was said to be.
 * - `mysql-init-failed`: a new data directory of MariaDB or MySQL could not be made.
 * - `mysql-failed`: MariaDB or MySQL stopped before it took connections, or while it was needed.
 * - `mysql-timeout`: MariaDB or MySQL did not take connections in time.
 * - `no-directory`: no temporary directory can be reached by the account that the server runs as.
 * - `load-failed`: the sample could not be loaded.
 * - `process-failed`: gateway or agent ended, or did not become ready in time.
 * - `no-port`: no free port was found to listen on.
 * - `usage`: the command line could not be understood.
 */
export type DemoErrorCode =
  | 'unsupported-platform'
  | 'binaries-missing'
  | 'no-unprivileged-account'
  | 'initdb-failed'
  | 'postgres-failed'
  | 'postgres-timeout'
  | 'mysql-missing'
  | 'mysql-init-failed'
  | 'mysql-failed'
  | 'mysql-timeout'
  | 'no-directory'
  | 'load-failed'
  | 'process-failed'
  | 'no-port'
  | 'usage'

/** The one error this package throws; `message` says what to do next where something can be done. */
export class DemoError extends Error {
  readonly code: DemoErrorCode

  constructor(code: DemoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DemoError'
    this.code = code
  }
}
