import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tether } from '@sallyport/demo'

/** A directory that is gone after `remove`, or when this process dies. */
export interface TemporaryDirectory {
  readonly path: string
  remove(): Promise<void>
}

/** Makes an empty directory whose name, with a space in it, finds paths that were not quoted. */
export async function temporaryDirectory(name = 'test'): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `sallyport ${name}-`))
  await chmod(path, 0o755)
  const released = tether.directory(path)
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
      released()
    },
  }
}
