import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newDirectory } from './setup.ts'

/** A place that can really be full. */
export interface SmallDisk {
  readonly directory: string
  /** What the kernel says when it is. */
  readonly systemCode: 'ENOSPC' | 'EFBIG'
  readonly fill: () => void
  readonly free: () => void
  readonly remove: () => void
}

/** A file system of 256 KiB in memory; where mounting is not allowed, `limitedFiles`. */
export function smallDisk(): SmallDisk {
  const root = newDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root], { stdio: 'ignore' })
  } catch {
    return limitedFiles()
  }
  const filler = join(root, 'filler')
  return {
    directory: join(root, 'audit'),
    systemCode: 'ENOSPC',
    fill: () => {
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(1024))
      } catch {
        // It is full.
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler),
    remove: () => void execFileSync('umount', [root]),
  }
}

/** A limit of the kernel on the size of this process's files. */
export function limitedFiles(): SmallDisk {
  const directory = join(newDirectory(), 'audit')
  mkdirSync(directory, { mode: 0o700 })
  const limit = (bytes: string): void => void execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
  const largest = (): number => Math.max(0, ...readdirSync(directory).map((name) => statSync(join(directory, name)).size))
  return {
    directory,
    systemCode: 'EFBIG',
    fill: () => limit(String(largest() + 500)),
    free: () => limit('unlimited'),
    remove: () => limit('unlimited'),
  }
}
