import { createReadStream } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine, SegmentSource } from '@sallyport/audit'
import { AuditFileError } from './errors.ts'

/** The segments of a log, oldest first: every file that ends in `.jsonl`, so that one that does not belong is seen. */
export async function* readSegments(
  directory: string,
  maxRecordBytes: number = MAX_RECORD_BYTES,
): AsyncGenerator<SegmentSource> {
  for (const name of await segmentFiles(directory)) {
    yield { name, lines: () => readLines(join(directory, name), maxRecordBytes) }
  }
}

/** The names of a log's segments, oldest first. Throws AuditFileError `unavailable`. */
export async function segmentFiles(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory)
    return names.filter((name) => name.endsWith('.jsonl')).sort()
  } catch (cause) {
    throw new AuditFileError('unavailable', `cannot read ${directory}`, cause)
  }
}

/** The lines of a file, a batch for each read; memory is bounded by one read and one record. Throws AuditFileError `unavailable`. */
export async function* readLines(
  path: string,
  maxRecordBytes: number = MAX_RECORD_BYTES,
): AsyncGenerator<readonly LogLine[]> {
  let rest: Buffer[] = []
  let restBytes = 0
  let skipping = false
  const take = (end: Buffer, ended: boolean): LogLine[] => {
    const bytes = rest.length === 0 ? end : Buffer.concat([...rest, end])
    rest = []
    restBytes = 0
    if (skipping) {
      skipping = false
      return []
    }
    if (bytes.length > maxRecordBytes) return [{ type: 'unreadable', reason: 'too-long' }]
    if (!isUtf8(bytes)) return [{ type: 'unreadable', reason: 'not-utf8' }]
    return [{ type: 'text', text: bytes.toString('utf8'), ended }]
  }
  try {
    for await (const part of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
      const lines: LogLine[] = []
      let start = 0
      for (let end = part.indexOf(LINE_FEED); end !== -1; end = part.indexOf(LINE_FEED, start)) {
        lines.push(...take(part.subarray(start, end), true))
        start = end + 1
      }
      if (!skipping && start < part.length) {
        rest.push(part.subarray(start))
        restBytes += part.length - start
      }
      if (restBytes > maxRecordBytes) {
        lines.push({ type: 'unreadable', reason: 'too-long' })
        skipping = true
        rest = []
        restBytes = 0
      }
      yield lines
    }
  } catch (cause) {
    throw new AuditFileError('unavailable', `cannot read ${path}`, cause)
  }
  if (restBytes > 0) yield take(Buffer.alloc(0), false)
}

/** The default limit of one record, for writer and reader. */
export const MAX_RECORD_BYTES: number = 8 * 1024 * 1024

const READ_BYTES = 256 * 1024
const LINE_FEED = 0x0a
