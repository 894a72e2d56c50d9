import {
  createReadStream,
  createWriteStream,
  existsSync,
  openSync,
  closeSync,
  fsyncSync,
  ftruncateSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  GENESIS,
  readRecord,
  segmentName,
  segmentSequence,
  signedText,
  type Head,
  type PlacedRecord,
  type SignatureCheck,
} from '@sallyport/audit'
import { AuditFileError } from './errors.ts'
import { lastLine } from './last-line.ts'
import { RECOVERING_NAME } from './names.ts'
import { readLines, segmentFiles } from './read.ts'
import { sha256 } from './sha256.ts'

/** Where a log stands that a process left, orderly or not. */
export interface Tail {
  readonly head: Head
  /** The log's own id; undefined when there is no record yet. */
  readonly log: string | undefined
  /** The newest segment; undefined when there is none, or when it was ended by a rotation. */
  readonly segment: { readonly name: string; readonly first: number; readonly size: number } | undefined
  /** What was cut off behind the last whole record, from newer segments first. */
  readonly torn: readonly Torn[]
}

/** Bytes that were moved aside, and the file that has them. */
export interface Torn {
  readonly bytes: number
  readonly file: string
}

/**
 * Finds the end of the chain, and cuts off what a crash left behind it: an unfinished line, or blocks that never reached the disk. What is cut
 * off is kept in a `.torn` file.
 *
 * INVARIANT: nothing in front of a signed checkpoint is ever cut off. Whoever edits a signed record and restarts the gateway must not get the
 * gateway to remove it. Throws AuditFileError `damaged` then.
 */
export async function recoverTail(
  directory: string,
  signatures: SignatureCheck,
  maxRecordBytes: number,
): Promise<Tail> {
  await finishRename(directory, maxRecordBytes)
  const torn: Torn[] = []
  for (;;) {
    const names = await ownSegments(directory)
    const name = names.pop()
    if (name === undefined) return { head: GENESIS, log: undefined, segment: undefined, torn }
    const path = join(directory, name)
    const size = statSync(path).size
    const before = hashBefore(directory, names, name, maxRecordBytes)
    const { last, goodBytes, signedBehind } = await scan(path, name, before, signatures, maxRecordBytes)
    if (signedBehind) {
      throw new AuditFileError(
        'damaged',
        `${path} was changed before a signed checkpoint: run "sallyport audit verify", then move the directory away`,
      )
    }
    if (goodBytes < size) torn.push(await cutOff(path, goodBytes, size))
    if (last !== undefined) {
      const first = segmentSequence(name) ?? last.sequence
      const ended = last.type === 'checkpoint' && last.reason === 'rotate'
      const head = { sequence: last.sequence, hash: last.hash }
      return { head, log: last.log, segment: ended ? undefined : { name, first, size: goodBytes }, torn }
    }
    // Not one record that follows: begun just before the crash, and what it follows is in the segment before, or lost.
    unlinkSync(path)
  }
}

/** The hash that a segment's first record has to follow; undefined when the segment before was moved away, `nothing` when it has no end. */
function hashBefore(
  directory: string,
  earlier: readonly string[],
  name: string,
  maxRecordBytes: number,
): string | undefined {
  if (segmentSequence(name) === 1) return GENESIS.hash
  const before = earlier.findLast((other) => statSync(join(directory, other)).size > 0)
  if (before === undefined) return undefined
  const line = lastLine(join(directory, before), maxRecordBytes)
  const read = line === undefined ? undefined : readRecord(line.toString('utf8'), sha256)
  return read?.type === 'record' ? read.record.hash : 'nothing'
}

interface Scan {
  readonly last: PlacedRecord | undefined
  /** Bytes up to the end of the last record that follows the one before it. */
  readonly goodBytes: number
  /** A validly signed checkpoint stands behind bytes that are no record of this chain. */
  readonly signedBehind: boolean
}

async function scan(
  path: string,
  name: string,
  before: string | undefined,
  signatures: SignatureCheck,
  maxRecordBytes: number,
): Promise<Scan> {
  let last: PlacedRecord | undefined
  let goodBytes = 0
  let bad = false
  const first = segmentSequence(name) ?? 0
  for await (const batch of readLines(path, maxRecordBytes)) {
    for (const line of batch) {
      const read = line.type === 'text' && line.ended ? readRecord(line.text, sha256) : undefined
      const record = read?.type === 'record' ? read.record : undefined
      const follows = record !== undefined && isNext(record, last ?? { sequence: first - 1, hash: before })
      if (bad || !follows || line.type !== 'text') {
        bad = true
        if (record !== undefined && isSigned(record, signatures)) return { last, goodBytes, signedBehind: true }
        continue
      }
      last = record
      goodBytes += Buffer.byteLength(line.text) + 1
    }
  }
  return { last, goodBytes, signedBehind: false }
}

function isNext(record: PlacedRecord, head: { readonly sequence: number; readonly hash: string | undefined }): boolean {
  return record.sequence === head.sequence + 1 && (head.hash === undefined || record.previous === head.hash)
}

function isSigned({ type, hash, key, signature }: PlacedRecord, signatures: SignatureCheck): boolean {
  if (type !== 'checkpoint' || key === undefined || signature === undefined) return false
  return signatures.verify(key, signedText(hash), signature) === 'valid'
}

async function cutOff(path: string, goodBytes: number, size: number): Promise<Torn> {
  let tornPath = `${path}.torn`
  for (let copy = 2; existsSync(tornPath); copy += 1) tornPath = `${path}.${copy}.torn`
  await pipeline(
    createReadStream(path, { start: goodBytes }),
    createWriteStream(tornPath, { flags: 'wx', mode: 0o600, flush: true }),
  )
  const file = openSync(path, 'r+')
  try {
    ftruncateSync(file, goodBytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return { bytes: size - goodBytes, file: tornPath.slice(tornPath.lastIndexOf('/') + 1) }
}

/** A crash in the middle of moving records to a new segment: they are moved if they are the next ones, else they are in the old one still. */
async function finishRename(directory: string, maxRecordBytes: number): Promise<void> {
  const path = join(directory, RECOVERING_NAME)
  if (!existsSync(path)) return
  const next = await firstRecord(path, maxRecordBytes)
  let head: Head = GENESIS
  for (const name of await ownSegments(directory))
    head = (await lastRecord(join(directory, name), maxRecordBytes)) ?? head
  if (next !== undefined && next.previous === head.hash && next.sequence === head.sequence + 1) {
    renameSync(path, join(directory, segmentName(next.sequence)))
  } else {
    unlinkSync(path)
  }
}

/** Without files that are no segments: those are for `verify` to report, not for us to touch. */
async function ownSegments(directory: string): Promise<string[]> {
  return (await segmentFiles(directory)).filter((name) => segmentSequence(name) !== undefined)
}

async function firstRecord(path: string, maxRecordBytes: number): Promise<PlacedRecord | undefined> {
  for await (const [line] of readLines(path, maxRecordBytes)) {
    const read = line?.type === 'text' && line.ended ? readRecord(line.text, sha256) : undefined
    return read?.type === 'record' ? read.record : undefined
  }
  return undefined
}

async function lastRecord(path: string, maxRecordBytes: number): Promise<PlacedRecord | undefined> {
  let last: PlacedRecord | undefined
  for await (const batch of readLines(path, maxRecordBytes)) {
    for (const line of batch) {
      const read = line.type === 'text' && line.ended ? readRecord(line.text, sha256) : undefined
      if (read?.type === 'record') last = read.record
    }
  }
  return last
}
