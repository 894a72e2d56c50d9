import type { AuditRecord } from '@sallyport/audit'
import { MAX_RECORD_BYTES, readSegments } from './read.ts'

/**
 * The records of a log, oldest first, for showing and exporting. Lines that are no record are passed over: whether the log is whole is what
 * `verifyDirectory` says. Throws AuditFileError `unavailable`.
 */
export async function* readRecords(
  directory: string,
  { after = 0, maxRecordBytes = MAX_RECORD_BYTES }: { readonly after?: number; readonly maxRecordBytes?: number } = {},
): AsyncGenerator<AuditRecord> {
  for await (const { lines } of readSegments(directory, maxRecordBytes)) {
    for await (const batch of lines()) {
      for (const line of batch) {
        const record = line.type === 'text' && line.ended ? parse(line.text) : undefined
        if (record !== undefined && record.sequence > after) yield record
      }
    }
  }
}

function parse(text: string): AuditRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<AuditRecord> | null
    const isRecord = typeof value?.sequence === 'number' && typeof value.type === 'string'
    return isRecord ? (value as AuditRecord) : undefined
  } catch {
    return undefined
  }
}
