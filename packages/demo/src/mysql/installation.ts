import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DemoError } from '../errors.ts'

/** A MariaDB or MySQL that is installed here. */
export interface MysqlInstallation {
  readonly flavour: 'mariadb' | 'mysql'
  /** Such as 10.11.19. */
  readonly version: string
  /** `MariaDB 10.11.19`, for messages. */
  readonly name: string
  /** The server's program, and the arguments it needs wherever its files lie. */
  readonly server: readonly string[]
  /** What makes a data directory; undefined where the server does it by itself. */
  readonly installDb: string | undefined
}

/** The first MariaDB or MySQL found on PATH or in the usual places, or undefined. */
export async function findMysql(): Promise<MysqlInstallation | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  for (const program of PROGRAMS) {
    for (const directory of new Set([...onPath, ...USUAL_DIRECTORIES])) {
      const installation = await installationOf([join(directory, program)])
      if (installation !== undefined) return installation
    }
  }
  return undefined
}

/**
 * The MariaDB or MySQL below `directory`: an installation's own folder, or the packages of a distribution unpacked
 * with all their libraries, which are then run by the loader that came along. Throws `mysql-missing`.
 */
export async function mysqlIn(directory: string): Promise<MysqlInstallation> {
  const unpacked = await unpackedIn(directory)
  for (const program of PROGRAMS) {
    for (const folder of ['bin', 'sbin', 'libexec', 'usr/sbin', 'usr/bin', 'usr/libexec']) {
      const path = join(directory, folder, program)
      const installation = await installationOf([...unpacked.loader, path], unpacked.paths)
      if (installation !== undefined) return installation
    }
  }
  throw new DemoError('mysql-missing', `no ${OLDEST}, or newer, lies in ${directory}`)
}

async function installationOf(
  command: readonly string[],
  more: readonly string[] = [],
): Promise<MysqlInstallation | undefined> {
  const path = command.at(-1) as string
  if (!(await exists(path))) return undefined
  const [program = '', ...args] = command
  const said = await run(program, [...args, '--no-defaults', '--version'], { cwd: '/' }).catch(() => ({ stdout: '' }))
  const version = /Ver (\d+\.\d+\.\d+)/.exec(said.stdout)?.[1]
  if (version === undefined) return undefined
  const flavour = said.stdout.includes('MariaDB') ? 'mariadb' : 'mysql'
  if (!isRecent(version, OLDEST_OF[flavour])) return undefined
  const name = `${flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${version}`
  const installDb = flavour === 'mariadb' ? await installDbBeside(path) : undefined
  if (flavour === 'mariadb' && installDb === undefined) return undefined
  return { flavour, version, name, server: [...command, '--no-defaults', ...more], installDb }
}

function isRecent(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** MariaDB's servers need a script to make a data directory; packagers put it in one of few places. */
async function installDbBeside(server: string): Promise<string | undefined> {
  const prefix = dirname(dirname(server))
  for (const folder of ['bin', 'scripts', 'sbin']) {
    for (const name of ['mariadb-install-db', 'mysql_install_db']) {
      const path = join(prefix, folder, name)
      if (await exists(path)) return path
    }
  }
  return undefined
}

interface Unpacked {
  /** The loader and where it finds the libraries; empty for a server that runs as any other program. */
  readonly loader: readonly string[]
  /** Where the server's own files lie, which it would look for below /usr. */
  readonly paths: readonly string[]
}

async function unpackedIn(root: string): Promise<Unpacked> {
  const lib = join(root, 'usr', 'lib')
  for (const triplet of await readdir(lib).catch(() => [])) {
    const folder = join(lib, triplet)
    const loader = (await readdir(folder).catch(() => [])).find((name) => /^ld-linux.*\.so\.\d+$/.test(name))
    if (loader === undefined) continue
    const share = join(root, 'usr', 'share', 'mysql')
    return {
      loader: [join(folder, loader), '--library-path', `${folder}:${join(lib, 'mysql', 'private')}`],
      paths: [
        `--lc-messages-dir=${share}`,
        `--character-sets-dir=${join(share, 'charsets')}`,
        `--plugin-dir=${join(lib, 'mysql', 'plugin')}`,
      ],
    }
  }
  return { loader: [], paths: [] }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

const run = promisify(execFile)
const PROGRAMS = ['mariadbd', 'mysqld']
// JSON columns, generated columns and CHECK constraints are in all of these.
const OLDEST_OF = { mariadb: '10.5', mysql: '8.0' }
const OLDEST = `MariaDB ${OLDEST_OF.mariadb} or MySQL ${OLDEST_OF.mysql}`
const USUAL_DIRECTORIES = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/libexec',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/opt/local/lib/mariadb/bin',
]
