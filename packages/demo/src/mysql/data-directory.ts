import { spawn } from 'node:child_process'
import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identityOf, type Account } from '../account.ts'
import { DemoError } from '../errors.ts'
import type { ServerTls } from '../server-process.ts'
import { tether } from '../tether.ts'
import type { MysqlInstallation } from './installation.ts'

/** What a data directory is made with. */
export interface DataDirectoryOptions {
  readonly installation: MysqlInstallation
  readonly account: Account | undefined
  /** An existing directory that the account owns; the data directory is made in it. */
  readonly directory: string
  readonly settings: Readonly<Record<string, string>>
  readonly tls: ServerTls | undefined
}

/** Makes a data directory and returns the arguments of the server that works on it. Throws `mysql-init-failed`. */
export async function createDataDirectory(options: DataDirectoryOptions): Promise<readonly string[]> {
  const { installation, account, directory } = options
  const data = join(directory, 'data')
  const files = join(directory, 'files')
  await mkdir(files, { mode: 0o700 })
  if (account !== undefined) await chown(files, account.uid, account.gid)
  const [program = '', ...args] =
    installation.installDb === undefined
      ? [...installation.server, '--initialize-insecure', `--secure-file-priv=${files}`]
      : [installation.installDb, '--no-defaults', '--auth-root-authentication-method=normal', ...INSTALL_DB_FLAGS]
  const made = await runGroup([program, ...args, `--datadir=${data}`, `--tmpdir=${directory}`], directory, account)
  if (made.code !== 0) {
    throw new DemoError('mysql-init-failed', `${installation.name} made no data directory: ${made.output.trim()}`)
  }
  const settings = {
    datadir: data,
    socket: join(directory, 'socket'),
    'pid-file': join(directory, 'pid'),
    tmpdir: directory,
    'secure-file-priv': files,
    ...SETTINGS,
    ...SETTINGS_OF[installation.flavour],
    ...(await tlsSettings(options)),
    ...options.settings,
  }
  return Object.entries(settings).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))
}

/** Statements that a server runs before it takes connections, for its first start; `remove` them once it did. */
export async function initFile(
  directory: string,
  account: Account | undefined,
  statements: readonly string[],
): Promise<{ readonly argument: string; remove(): Promise<void> }> {
  const path = join(directory, 'init.sql')
  await owned(path, `${statements.join(';\n')};\n`, account)
  return { argument: `--init-file=${path}`, remove: () => rm(path, { force: true }) }
}

/** The environment of a server: no MYSQL* variable of the user's reaches it, and its words are English. */
export function mysqlEnvironment(directory: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(MYSQL|MARIADB|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC', TMPDIR: directory }
}

/** Runs a program with all that it starts, which ends at the latest when this process does. */
async function runGroup(
  [program = '', ...args]: readonly string[],
  directory: string,
  account: Account | undefined,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(program, args, {
    ...identityOf(account),
    cwd: directory,
    env: mysqlEnvironment(directory),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  // A negative id is the whole group: the script and the server that it runs.
  const released = child.pid === undefined ? () => {} : tether.process(-child.pid, 'SIGTERM')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_CHARACTERS)))
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve).once('error', (error) => {
      output += error.message
      resolve(null)
    })
  })
  released()
  return { code, output }
}

async function tlsSettings(options: DataDirectoryOptions): Promise<Readonly<Record<string, string>>> {
  const { tls, directory, account } = options
  if (tls === undefined) return {}
  const settings: Record<string, string> = {}
  for (const part of ['cert', 'key', 'ca'] as const) {
    const text = tls[part]
    if (text === undefined) continue
    const path = join(directory, `server-${part}.pem`)
    await owned(path, text, account)
    settings[`ssl-${part}`] = path
  }
  return settings
}

async function owned(path: string, text: string, account: Account | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  if (account !== undefined) await chown(path, account.uid, account.gid)
}

const OUTPUT_CHARACTERS = 2000
const INSTALL_DB_FLAGS = ['--skip-test-db', '--skip-name-resolve', '--force']

// The data is thrown away when the server stops, so it need not survive a power cut, only the crash of the server: nothing waits for the disk.
// A server that keeps data must never be run like this.
const SETTINGS: Readonly<Record<string, string>> = {
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-doublewrite': 'OFF',
  'skip-log-bin': '',
  'bind-address': '127.0.0.1',
  'skip-name-resolve': 'ON',
  'performance-schema': 'OFF',
  'event-scheduler': 'OFF',
  'local-infile': 'OFF',
  'character-set-server': 'utf8mb4',
  'collation-server': 'utf8mb4_unicode_ci',
  'default-time-zone': '+00:00',
}

const SETTINGS_OF: Readonly<Record<MysqlInstallation['flavour'], Readonly<Record<string, string>>>> = {
  mariadb: {},
  // MySQL waits for the disk at the end of every statement that loads; nothing here has to outlive the machine.
  mysql: { mysqlx: 'OFF', 'innodb-flush-method': 'nosync' },
}
