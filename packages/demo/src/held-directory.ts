import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Account } from './account.ts'
import { DemoError } from './errors.ts'
import { tether } from './tether.ts'

/** A temporary directory that is removed with all in it: by `remove`, or when this process dies. */
export interface HeldDirectory {
  readonly path: string
  readonly remove: () => Promise<void>
}

/**
 * A new empty directory that `account` can reach, under the first usable of the system's temporary directories.
 * Throws `no-directory`.
 */
export async function heldDirectory(prefix: string, account?: Account): Promise<HeldDirectory> {
  const path = await reachableDirectory(prefix, account)
  const released = tether.directory(path)
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      released()
    },
  }
}

async function reachableDirectory(prefix: string, account: Account | undefined): Promise<string> {
  const roots = [tmpdir(), '/tmp', '/var/tmp']
  for (const root of roots) {
    if (account === undefined || (await isReachableByAll(root))) return mkdtemp(join(root, prefix))
  }
  throw new DemoError('no-directory', `none of ${roots.join(', ')} can be reached by the account ${account?.name}`)
}

async function isReachableByAll(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at).catch(() => ({ mode: 0 }))
    if ((mode & 0o001) === 0) return false
    if (dirname(at) === at) return true
  }
}
