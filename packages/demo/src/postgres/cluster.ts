import { execFile } from 'node:child_process'
import { appendFile, chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DemoError } from '../errors.ts'
import { identityOf, type Account } from '../account.ts'
import type { ServerTls } from '../server-process.ts'
import type { PostgresBinaries } from './binaries.ts'

/** What a data directory is made with. */
export interface ClusterOptions {
  readonly binaries: PostgresBinaries
  readonly account: Account | undefined
  /** An existing directory owned by this process; the data directory is made in it. */
  readonly directory: string
  readonly password: string
  readonly settings: Readonly<Record<string, string>>
  readonly hba: readonly string[]
  readonly tls: ServerTls | undefined
}

/** Makes a data directory with the superuser `postgres` and returns its path. Throws `initdb-failed`. */
export async function createCluster(options: ClusterOptions): Promise<string> {
  const { account, binaries, directory } = options
  const data = join(directory, 'data')
  await mkdir(data, { mode: 0o700 })
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 })
  await chmod(directory, 0o711)
  if (account !== undefined) {
    await chown(data, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
  }
  const args = ['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', ...INITDB_FLAGS]
  try {
    await promisify(execFile)(binaries.initdb, [...args, ...localeFlags(binaries)], {
      ...identityOf(account),
      cwd: data,
      env: plainEnvironment(),
    })
  } catch (cause) {
    const stderr = (cause as { stderr?: string }).stderr ?? ''
    throw new DemoError('initdb-failed', `initdb failed: ${stderr.trim() || String(cause)}`, { cause })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await configure(data, options)
  return data
}

/** The environment of a PostgreSQL program: no PG* variable of the user's reaches it, and its words are English. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

async function configure(data: string, options: ClusterOptions): Promise<void> {
  const settings: Record<string, string> = { ...SETTINGS, ...options.settings }
  if (options.tls !== undefined) {
    settings['ssl'] = 'on'
    await owned(join(data, 'server.crt'), options.tls.cert, options.account)
    await owned(join(data, 'server.key'), options.tls.key, options.account)
    if (options.tls.ca !== undefined) {
      settings['ssl_ca_file'] = 'root.crt'
      await owned(join(data, 'root.crt'), options.tls.ca, options.account)
    }
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
  await appendFile(join(data, 'postgresql.conf'), `\n${lines.join('')}`)
  await writeFile(join(data, 'pg_hba.conf'), `${options.hba.join('\n')}\n`)
}

async function owned(path: string, text: string, account: Account | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  if (account !== undefined) await chown(path, account.uid, account.gid)
}

/** From 17 on PostgreSQL brings its own C.UTF-8; before, the operating system must have one. */
function localeFlags(binaries: PostgresBinaries): readonly string[] {
  return binaries.version >= 17
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale=C.UTF-8', '--lc-messages=C']
}

const INITDB_FLAGS = ['--encoding=UTF8', '--no-sync', '--no-instructions']

// The data is thrown away when the server stops, so nothing need survive a power cut: the three durability settings
// are off. A server that keeps data must never be run like this. The rest is what any PostgreSQL does.
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
}
