import type { Disk, DiskFile } from '../disk.ts'

interface Inode {
  live: Buffer
  /** What a sync has vouched for. */
  synced: Buffer
}

/** What a disk holds after the power went: for each name that is durable, the bytes that are, and those that may be. */
export type Image = ReadonlyMap<string, { readonly synced: Buffer; readonly live: Buffer }>

/** A real disk that remembers what a loss of power could not take: contents as of the last sync's start, names as of the last sync of names. */
export function powerLossDisk(real: Disk, before: Image): { readonly disk: Disk; readonly image: (allNames: boolean) => Image } {
  const names = new Map<string, Inode>([...before].map(([name, { synced }]) => [name, { live: synced, synced }]))
  let durableNames = new Map(names)
  const wrap = (file: DiskFile, inode: Inode): DiskFile => ({
    ...file,
    write: (bytes, position) => {
      file.write(bytes, position)
      const size = Math.max(inode.live.length, position + bytes.length)
      const grown = Buffer.alloc(size)
      inode.live.copy(grown)
      grown.set(bytes, position)
      inode.live = grown
    },
    sync: async () => {
      const atStart = inode.live
      await file.sync()
      inode.synced = atStart
    },
    truncate: async (size) => {
      await file.truncate(size)
      inode.live = inode.live.subarray(0, size)
      inode.synced = inode.live
    },
  })
  const disk: Disk = {
    create: (name) => {
      const inode = { live: Buffer.alloc(0), synced: Buffer.alloc(0) }
      const file = wrap(real.create(name), inode)
      names.set(name, inode)
      return file
    },
    open: (name) => {
      const inode = names.get(name)
      if (inode === undefined) throw new Error(`${name} is not on the disk`)
      return wrap(real.open(name), inode)
    },
    rename: (from, to) => {
      real.rename(from, to)
      const inode = names.get(from)
      names.delete(from)
      if (inode !== undefined) names.set(to, inode)
    },
    remove: (name) => {
      real.remove(name)
      names.delete(name)
    },
    syncNames: async () => {
      const atStart = new Map(names)
      await real.syncNames()
      durableNames = atStart
    },
  }
  return { disk, image: (allNames) => new Map([...(allNames ? names : durableNames)].map(([name, { synced, live }]) => [name, { synced, live }])) }
}
