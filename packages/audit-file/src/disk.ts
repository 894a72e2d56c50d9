import {
  close,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncate,
  open,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The one directory of a log, as its writer needs it. */
export interface Disk {
  /** Opens a new, empty file. */
  readonly create: (name: string) => DiskFile
  /** Opens a file that is there. */
  readonly open: (name: string) => DiskFile
  readonly rename: (from: string, to: string) => void
  readonly remove: (name: string) => void
  /** Makes created, renamed and removed names durable. */
  readonly syncNames: () => Promise<void>
}

/** One file of it. */
export interface DiskFile {
  /** Writes all bytes at a position, and returns when the kernel has them; throws with part of them written. */
  readonly write: (bytes: Uint8Array, position: number) => void
  /** Makes what was written durable. */
  readonly sync: () => Promise<void>
  readonly truncate: (size: number) => Promise<void>
  /** Bytes in the file; undefined when it no longer has a name. */
  readonly size: () => number | undefined
  readonly close: () => Promise<void>
}

/** A directory of the real file system. */
export function openDisk(directory: string): Disk {
  return {
    create: (name) =>
      file(openSync(join(directory, name), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, FILE_MODE)),
    open: (name) => file(openSync(join(directory, name), constants.O_RDWR)),
    rename: (from, to) => renameSync(join(directory, from), join(directory, to)),
    remove: (name) => unlinkSync(join(directory, name)),
    syncNames: async () => {
      const descriptor = await openLater(directory, constants.O_RDONLY)
      try {
        await fsyncLater(descriptor)
      } finally {
        await closeLater(descriptor)
      }
    },
  }
}

function file(descriptor: number): DiskFile {
  return {
    write: (bytes, position) => {
      let done = 0
      // A full disk often takes part of the bytes first and says ENOSPC only to the next call.
      while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
    },
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)))
      }),
    truncate: async (size) => {
      await truncateLater(descriptor, size)
      await fsyncLater(descriptor)
    },
    size: () => {
      const { nlink, size } = fstatSync(descriptor)
      return nlink === 0 ? undefined : size
    },
    close: () => closeLater(descriptor),
  }
}

const openLater = promisify(open)
const closeLater = promisify(close)
const fsyncLater = promisify(fsync)
const truncateLater = promisify(ftruncate)

/** Statement texts are in the log: only its owner may read it. */
const FILE_MODE = 0o600
