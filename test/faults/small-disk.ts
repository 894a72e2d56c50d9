import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { mkdtemp, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of four megabytes: it fills for real. */
export interface SmallDisk {
  /** A directory on it, which whoever uses it makes. */
  readonly directory: string
  /** Leaves no byte free. */
  readonly fill: () => void
  /** Gives back what `fill` took. */
  readonly free: () => Promise<void>
  readonly remove: () => Promise<void>
}

export async function smallDisk(): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path])
  const filler = join(path, 'filler')
  return {
    directory: join(path, 'audit'),
    fill: () => {
      execFileSync('sh', ['-c', `dd if=/dev/zero of='${filler}' bs=4k 2>/dev/null; true`])
      const { bavail } = statfsSync(path)
      if (bavail > 0) throw new Error(`${bavail} blocks are still free`)
    },
    free: () => unlink(filler),
    remove: async () => {
      execFileSync('umount', ['-l', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}
