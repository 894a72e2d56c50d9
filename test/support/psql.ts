import { existsSync, readdirSync } from 'node:fs'
import { binariesOf } from './postgres.ts'
import { runProcess, type ProcessResult } from './process.ts'

/** PostgreSQL's own programs that tests run through the gateway. */
export type PostgresProgram = 'psql' | 'pg_dump' | 'pgbench' | 'pg_restore'

/** Where to connect. */
export interface PsqlOptions {
  readonly host?: string
  readonly port: number
  readonly user: string
  readonly password?: string
  readonly database: string
  /** More arguments, before the script. */
  readonly args?: readonly string[]
  /** More environment, such as PGSSLMODE. */
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** The path of a program, or undefined when it is not installed. */
export function postgresProgram(program: PostgresProgram): string | undefined {
  const debian = [18, 17, 16, 15].map((version) => binariesOf(version)).filter((found) => found !== undefined)
  const directories = [...(process.env['PATH'] ?? '').split(':'), ...debian]
  return directories.map((directory) => `${directory}/${program}`).find((path) => existsSync(path) && isFile(path))
}

/** Runs `script` in psql, unaligned and without psqlrc, and returns what it printed; an SQL error does not stop it. */
export function psql(script: string, options: PsqlOptions): Promise<ProcessResult> {
  const args = ['-X', '-q', ...(options.args ?? []), '-f', '-']
  return runPostgresProgram('psql', args, options, script)
}

/** Runs one of the programs with its connection in the environment. Rejects when it is not installed. */
export async function runPostgresProgram(
  program: PostgresProgram,
  args: readonly string[],
  options: PsqlOptions,
  input = '',
): Promise<ProcessResult> {
  const path = postgresProgram(program)
  if (path === undefined) throw new Error(`${program} is not installed: apt-get install postgresql-15`)
  return runProcess({ command: path, args, env: environment(options), input }, options.timeoutMs)
}

function environment(options: PsqlOptions): Record<string, string> {
  return {
    PGHOST: options.host ?? '127.0.0.1',
    PGPORT: String(options.port),
    PGUSER: options.user,
    PGDATABASE: options.database,
    PGPASSWORD: options.password ?? '',
    PGCONNECT_TIMEOUT: '15',
    LC_ALL: 'C.UTF-8',
    ...options.env,
  }
}

function isFile(path: string): boolean {
  const slash = path.lastIndexOf('/')
  return readdirSync(path.slice(0, slash), { withFileTypes: true }).some(
    (entry) => entry.name === path.slice(slash + 1) && !entry.isDirectory(),
  )
}
