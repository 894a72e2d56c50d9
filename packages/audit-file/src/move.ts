import { segmentName } from '@sallyport/audit'
import type { Batch, Segment } from './batch.ts'
import type { Disk } from './disk.ts'
import { systemCodeOf } from './errors.ts'
import { RECOVERING_NAME } from './names.ts'

/**
 * Writes records whose sync failed to a new segment, unchanged, and takes them out of the old one. The new file gets its name only when it is
 * durable and the old one is cut, so a crash at any point leaves each record once at most, and none that was durable is lost.
 * May be called again after it threw.
 */
export async function moveToNewSegment(
  disk: Disk,
  batches: readonly Batch[],
  current: Segment | undefined,
): Promise<Segment> {
  const [first] = batches
  if (first === undefined) throw new RangeError('there is no record to move')
  removeIfThere(disk, RECOVERING_NAME)
  const file = disk.create(RECOVERING_NAME)
  const sequence = first.before.sequence + 1
  const name = segmentName(sequence)
  let size = 0
  try {
    for (const { bytes } of batches) {
      file.write(bytes, size)
      size += bytes.length
    }
    await file.sync()
    await disk.syncNames()
    if (first.offset > 0) await first.segment.file.truncate(first.offset)
    const others = new Set(batches.map((batch) => batch.segment.name))
    if (current !== undefined && current.size === 0) others.add(current.name)
    if (first.offset > 0) others.delete(first.segment.name)
    for (const other of others) if (other !== name) removeIfThere(disk, other)
    disk.rename(RECOVERING_NAME, name)
    await disk.syncNames()
  } catch (error) {
    await file.close()
    throw error
  }
  return { file, name, first: sequence, size }
}

function removeIfThere(disk: Disk, name: string): void {
  try {
    disk.remove(name)
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
  }
}
