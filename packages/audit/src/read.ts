import { canonical } from './canonical.ts'
import type { Sha256 } from './crypto.ts'

/** What a line of the log turned out to be, taken by itself. */
export type ReadRecord =
  | { readonly type: 'record'; readonly record: PlacedRecord }
  /** A record in form, but its hash is not that of its content. */
  | { readonly type: 'edited'; readonly record: PlacedRecord }
  /** Not a record that any writer of ours wrote; the reason quotes nothing of it. */
  | { readonly type: 'malformed'; readonly reason: string }

/** The part of a record that ties it to its place. */
export interface PlacedRecord {
  readonly type: string
  readonly sequence: number
  /** The log's own id, from the record's id. */
  readonly log: string
  readonly time: string
  readonly previous: string
  readonly hash: string
  /** Of checkpoints. */
  readonly key: string | undefined
  readonly reason: string | undefined
  readonly signature: string | undefined
}

/** Reads one line, without its line feed: form, canonical writing, own hash. Whether it follows the one before is the caller's to ask. */
export function readRecord(line: string, sha256: Sha256): ReadRecord {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return malformed('it is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed('it is no JSON object')
  const fields = value as Readonly<Record<string, unknown>>
  const texts = memberTexts(fields, line)
  if (texts === undefined) return malformed('it holds what no record can')
  if (`{${[...texts.values()].join(',')}}` !== line) return malformed('it is not written in canonical form')
  const record = place(fields)
  if (record === undefined) return malformed('it lacks what every record has')
  // INVARIANT: only a checkpoint's signature is outside of its hash; on any other record a signature is content like the rest.
  texts.delete('hash')
  if (record.type === 'checkpoint') texts.delete('signature')
  return { type: sha256(`{${[...texts.values()].join(',')}}`) === record.hash ? 'record' : 'edited', record }
}

/** `"name":value` for every member, by name, in canonical order; undefined for what canonical JSON has no form for. */
function memberTexts(fields: Readonly<Record<string, unknown>>, line: string): Map<string, string> | undefined {
  const texts = new Map<string, string>()
  try {
    // JSON.stringify writes canonical JSON, but for the order of members and for lone surrogates, and it is three times as fast.
    const write = !line.includes('\\ud') && isSorted(fields) ? JSON.stringify : canonical
    for (const name of Object.keys(fields).sort()) texts.set(name, `${write(name)}:${write(fields[name])}`)
  } catch {
    return undefined
  }
  return texts
}

/** Whether the members of everything inside are in canonical order. Throws RangeError for what is nested without end. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isSorted)
  let last = ''
  for (const [name, member] of Object.entries(value)) {
    if (name < last || !isSorted(member)) return false
    last = name
  }
  return true
}

function place(fields: Readonly<Record<string, unknown>>): PlacedRecord | undefined {
  const { type, sequence, id, time, gateway, previous, hash } = fields
  if (typeof type !== 'string' || typeof id !== 'string' || typeof gateway !== 'string') return undefined
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) return undefined
  if (typeof time !== 'string' || !TIME.test(time)) return undefined
  if (typeof previous !== 'string' || !HASH.test(previous) || typeof hash !== 'string' || !HASH.test(hash))
    return undefined
  const suffix = `-${sequence}`
  if (!id.endsWith(suffix)) return undefined
  const log = id.slice(0, -suffix.length)
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const [key, reason, signature] = [text(fields['key']), text(fields['reason']), text(fields['signature'])]
  return { type, sequence, log, time, previous, hash, key, reason, signature }
}

function malformed(reason: string): ReadRecord {
  return { type: 'malformed', reason }
}

const HASH = /^[0-9a-f]{64}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/
