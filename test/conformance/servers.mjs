// The live servers that the command asks, each with data that is thrown away.
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startPostgres, tether } from '@sallyport/demo'

const START_LIMIT_MS = 60_000
const LOG_CHARACTERS = 4000
const MARIADB_PROGRAMS = ['/usr/sbin/mariadbd', '/usr/libexec/mariadbd', '/opt/homebrew/bin/mariadbd']
const SETTINGS = [
  '--skip-log-bin',
  '--innodb-buffer-pool-size=32M',
  '--performance-schema=OFF',
  '--bind-address=127.0.0.1',
]

/** @returns {Promise<{ host: string, port: number, user: string, stop: () => Promise<void> }>} trusts everybody on loopback */
export function postgres() {
  return startPostgres({ hba: ['host all all 127.0.0.1/32 trust'], settings: { fsync: 'off' } })
}

/** Undefined when no MariaDB is installed. */
export async function mariadb() {
  const program = MARIADB_PROGRAMS.find((path) => existsSync(path))
  if (program === undefined) return undefined
  return start('mariadb', program, [], (directory) => {
    const args = ['--no-defaults', `--datadir=${directory}/data`, '--auth-root-authentication-method=normal']
    run('mariadb-install-db', [...args, '--skip-test-db', ...account(directory)])
  })
}

/**
 * Undefined without a base directory: one that has `bin/mysqld`, or `usr/sbin/mysqld` with libraries of its own beside it.
 * @param {string | undefined} base
 */
export async function mysql9(base) {
  if (base === undefined) return undefined
  const direct = [join(base, 'bin', 'mysqld'), join(base, 'sbin', 'mysqld')].find((path) => existsSync(path))
  const shipped = join(base, 'usr', 'sbin', 'mysqld')
  if (direct === undefined && !existsSync(shipped)) return undefined
  const libraries = join(base, 'usr', 'lib', 'x86_64-linux-gnu')
  const [program, first] =
    direct === undefined
      ? [
          join(libraries, 'ld-linux-x86-64.so.2'),
          ['--library-path', `${libraries}:${join(base, 'usr', 'lib', 'mysql', 'private')}`, shipped],
        ]
      : [direct, []]
  const places =
    direct === undefined
      ? [
          `--lc-messages-dir=${base}/usr/share/mysql`,
          `--character-sets-dir=${base}/usr/share/mysql/charsets`,
          `--plugin-dir=${base}/usr/lib/mysql/plugin`,
        ]
      : []
  return start('mysql', program, [...first, '--no-defaults', ...places, '--mysqlx=OFF'], (directory, args) => {
    run(program, [...args, `--datadir=${directory}/data`, ...account(directory), '--initialize-insecure'])
  })
}

async function start(name, program, first, install) {
  const directory = mkdtempSync(join(tmpdir(), `sallyport-${name}-`))
  const forget = tether.directory(directory)
  mkdirSync(directory, { recursive: true })
  const owner = account(directory)
  if (owner.length > 0) {
    const id = Number(spawnSync('id', ['-u', 'mysql'], { encoding: 'utf8' }).stdout)
    chownSync(directory, id, id)
  }
  const remove = () => {
    rmSync(directory, { recursive: true, force: true })
    forget()
  }
  try {
    install(directory, first)
    const port = await freePort()
    const args = first.length === 0 ? ['--no-defaults'] : first
    const child = spawn(
      program,
      [
        ...args,
        ...SETTINGS,
        ...owner,
        `--datadir=${directory}/data`,
        `--secure-file-priv=${directory}`,
        `--port=${port}`,
        `--socket=${directory}/s.sock`,
        `--pid-file=${directory}/s.pid`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-LOG_CHARACTERS)))
    const released = tether.process(child.pid)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const stop = async () => {
      child.kill('SIGKILL')
      await ended
      released()
      remove()
    }
    try {
      await listening(port, child, () => log)
    } catch (error) {
      await stop()
      throw error
    }
    return { host: '127.0.0.1', port, user: 'root', stop }
  } catch (error) {
    remove()
    throw error
  }
}

/** Both servers refuse to run as root. */
function account() {
  return process.getuid?.() === 0 ? ['--user=mysql'] : []
}

function run(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: START_LIMIT_MS })
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr || result.error?.message}`)
}

async function listening(port, child, log) {
  const deadline = performance.now() + START_LIMIT_MS
  while (performance.now() < deadline && child.exitCode === null) {
    const answers = await new Promise((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port })
      socket.once('data', () => resolve(true)).once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
      socket.setTimeout(1000, () => socket.destroy())
      socket.once('data', () => socket.destroy())
    })
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the server on port ${port} did not start:\n${log()}`)
}
