import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whose server it is. */
export type MysqlFlavour = 'mariadb' | 'mysql'

/** A program and what comes before its own arguments: a loader with libraries of its own, where the system's are too old. */
export interface MysqlCommand {
  readonly command: string
  readonly prefix: readonly string[]
}

/** A server that can be started here, and the programs that came with it. */
export interface TestMysqlInstallation {
  readonly flavour: MysqlFlavour
  /** The folder of the installation. */
  readonly folder: string
  /** The program of that name, or undefined when it is not installed. */
  readonly program: (name: MysqlProgram) => MysqlCommand | undefined
}

/** What tests run through the gateway. */
export type MysqlProgram = 'client' | 'dump'

/** The flavours that can be started on this machine. A suite runs once for each. */
export function mysqlFlavours(): readonly MysqlFlavour[] {
  return (['mariadb', 'mysql'] as const).filter((flavour) => mysqlInstallation(flavour) !== undefined)
}

/**
 * Where a flavour is installed, or undefined: MariaDB's server in the usual places of a system, Oracle's MySQL in the base directory that
 * SALLYPORT_TEST_MYSQL9 names (the unpacked archive, or the root that packages were unpacked into).
 */
export function mysqlInstallation(flavour: MysqlFlavour): TestMysqlInstallation | undefined {
  if (flavour === 'mariadb') return mariadb()
  const base = process.env['SALLYPORT_TEST_MYSQL9']
  return base === undefined || base === '' ? undefined : mysql(realpath(base))
}

function mariadb(): TestMysqlInstallation | undefined {
  const server = firstOf(SYSTEM_DIRECTORIES.map((directory) => `${directory}/mariadbd`))
  if (server === undefined) return undefined
  return {
    flavour: 'mariadb',
    folder: dirname(dirname(server)),
    program: (name) => {
      const program = firstOf(SYSTEM_DIRECTORIES.map((directory) => `${directory}/${MARIADB_NAMES[name]}`))
      return program === undefined ? undefined : plain(program)
    },
  }
}

function mysql(base: string): TestMysqlInstallation | undefined {
  const server = firstOf([join(base, 'bin', 'mysqld'), join(base, 'usr', 'sbin', 'mysqld')])
  if (server === undefined) return undefined
  const bin = join(dirname(dirname(server)), 'bin')
  return {
    flavour: 'mysql',
    folder: base,
    program: (name) => {
      const program = join(bin, MYSQL_NAMES[name])
      return existsSync(program) ? underLoader(base, program) : undefined
    },
  }
}

/** Packages of a newer system bring a C library of their own, which only its own loader can use. */
function underLoader(base: string, program: string): MysqlCommand {
  const libraries = LIBRARY_DIRECTORIES.map((name) => join(base, name)).filter((path) => existsSync(path))
  const loader = firstOf(libraries.flatMap((path) => LOADERS.map((name) => join(path, name))))
  if (loader === undefined) return plain(program)
  return { command: loader, prefix: ['--library-path', libraries.join(':'), program] }
}

function plain(command: string): MysqlCommand {
  return { command, prefix: [] }
}

function firstOf(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path))
}

function realpath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

const SYSTEM_DIRECTORIES = ['/usr/sbin', '/usr/bin', '/usr/libexec', '/usr/local/bin', '/opt/homebrew/bin']
const MARIADB_NAMES: Readonly<Record<MysqlProgram, string>> = { client: 'mariadb', dump: 'mariadb-dump' }
const MYSQL_NAMES: Readonly<Record<MysqlProgram, string>> = { client: 'mysql', dump: 'mysqldump' }
const LIBRARY_DIRECTORIES = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib/mysql/private']
const LOADERS = ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1']
