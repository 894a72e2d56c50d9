import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A record of the audit log, as JSON. */
export type AuditRecord = Readonly<Record<string, unknown>>

/** Every whole record of the log in `directory`, oldest first. */
export async function readAuditLog(directory: string): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = []
  for (const name of await segments(directory)) {
    const text = await readFile(join(directory, name), 'utf8')
    // What stands behind the last line break is still being written.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    for (const line of whole.split('\n')) if (line !== '') records.push(JSON.parse(line) as AuditRecord)
  }
  return records
}

/** Names of the log's files, oldest first. */
export async function segments(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory)
  return names.filter((name) => name.endsWith('.jsonl')).sort()
}
