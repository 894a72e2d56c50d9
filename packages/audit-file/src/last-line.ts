import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The last whole line of a file, without its line feed, read from its end; undefined when it has none, or one over the limit. */
export function lastLine(path: string, maxBytes: number): Buffer | undefined {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    for (let bytes = FIRST_READ_BYTES; ; bytes *= 8) {
      const start = Math.max(0, size - bytes)
      const end = Buffer.alloc(size - start)
      readSync(file, end, 0, end.length, start)
      if (end.at(-1) !== LINE_FEED) return undefined
      const before = end.subarray(0, -1).lastIndexOf(LINE_FEED)
      if (before !== -1 || start === 0) return end.subarray(before + 1, -1)
      if (bytes > maxBytes) return undefined
    }
  } finally {
    closeSync(file)
  }
}

/** Most last lines are checkpoints of half a kilobyte. */
const FIRST_READ_BYTES = 16 * 1024
const LINE_FEED = 0x0a
