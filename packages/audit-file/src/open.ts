import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogOpened, LogRecovered } from '@sallyport/audit'
import { openDisk, type Disk } from './disk.ts'
import { AuditFileError, AuditUnavailableError, damaged } from './errors.ts'
import { signatureCheck, type SigningKey } from './keys.ts'
import { lockDirectory, type DirectoryLock } from './lock.ts'
import type { AuditLog, AuditLogOptions } from './log.ts'
import { PUBLIC_KEY_NAME } from './names.ts'
import { MAX_RECORD_BYTES } from './read.ts'
import { recoverTail } from './tail.ts'
import { splitPem } from './verify.ts'
import { LogWriter } from './writer.ts'
import type { WriterLimits } from './writer-start.ts'

/**
 * Opens the log of a directory for writing, making the directory if need be, and continues its chain. The first records are durable when it
 * resolves. Throws AuditFileError: `locked`, `damaged`, `key`, `unavailable`.
 */
export function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  return openAuditLogOn(openDisk(options.directory), options)
}

/** The same on a disk of the caller's. */
export async function openAuditLogOn(disk: Disk, options: AuditLogOptions): Promise<AuditLog> {
  const { directory, signingKey, gateway, clock } = options
  const limits = withDefaults(options)
  makeDirectory(directory)
  const lock = lockDirectory(directory)
  try {
    const signatures = signatureCheck(publishKey(directory, signingKey))
    const tail = await recoverTail(directory, signatures, limits.maxRecordBytes)
    const opened: LogOpened = { type: 'log-open', version: 1, key: signingKey.keyId }
    const recovered = tail.torn.map(({ bytes, file }): LogRecovered => {
      return { type: 'log-recovered', cause: 'torn', refused: 0, kept: 0, lost: 0, tornBytes: bytes, tornFile: file }
    })
    const writer = new LogWriter({
      disk,
      clock,
      signer: signingKey,
      stamp: { log: tail.log ?? randomBytes(8).toString('hex'), gateway },
      head: tail.head,
      segment: tail.segment && { ...tail.segment, file: disk.open(tail.segment.name) },
      limits,
    })
    try {
      await writer.begin([opened, ...recovered])
    } catch (error) {
      await writer.stop(new AuditUnavailableError('closed', 'the audit log could not be opened', false))
      throw error
    }
    const watch = watchOver(writer, lock, directory, limits.checkpointIntervalMs)
    return {
      append: writer.append,
      flush: writer.flush,
      durable: writer.durable,
      status: writer.status,
      close: async () => {
        clearInterval(watch)
        await writer.end()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    if (error instanceof AuditFileError) throw error
    throw new AuditFileError('unavailable', `the audit log in ${directory} cannot be opened`, error)
  }
}

function withDefaults(options: AuditLogOptions): WriterLimits {
  return {
    rotateBytes: options.rotateBytes ?? 64 * MIB,
    checkpointIntervalMs: options.checkpointIntervalMs ?? 1000,
    maxPendingBytes: options.maxPendingBytes ?? 64 * MIB,
    maxRecordBytes: options.maxRecordBytes ?? MAX_RECORD_BYTES,
    maxKeptEvents: options.maxKeptEvents ?? 10_000,
    retryMs: options.retryMs ?? 1000,
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new AuditFileError('unavailable', `cannot make ${directory}`, cause)
  }
}

/** Adds the key's public half to those beside the log, and returns them all: older segments were signed by older keys. */
function publishKey(directory: string, key: SigningKey): readonly string[] {
  const path = join(directory, PUBLIC_KEY_NAME)
  const file = openSync(path, 'a+', 0o644)
  try {
    const known = splitPem(readFileSync(path, 'utf8'))
    const mine = key.publicKeyPem.trim()
    if (known.includes(mine)) return known
    writeSync(file, `${mine}\n`)
    fsyncSync(file)
    return [...known, mine]
  } finally {
    closeSync(file)
  }
}

/** Stops the writer for good when its file was changed by others, or its lock was lost, also while nothing is written. */
function watchOver(writer: LogWriter, lock: DirectoryLock, directory: string, everyMs: number): NodeJS.Timeout {
  let beats = 0
  const timer = setInterval(() => {
    try {
      if (!writer.isIntact()) void writer.stop(damaged(directory))
      beats += 1
      if (beats * everyMs < LOCK_REFRESH_MS) return
      beats = 0
      if (lock.refresh()) return
      void writer.stop(new AuditUnavailableError('locked', `${directory} was taken over by another process`, false))
    } catch {
      // An unreadable directory is no proof of either; the next write finds out.
    }
  }, everyMs)
  return timer.unref()
}

const MIB = 1024 * 1024

/** A sixth of the time after which another host's lock counts as stale. */
const LOCK_REFRESH_MS = 10_000
