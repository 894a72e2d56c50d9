import { closeSync, fsyncSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AuditFileError, systemCodeOf } from './errors.ts'

/** The right to be a directory's one writer. */
export interface DirectoryLock {
  /** Tells other hosts that the owner lives; false when somebody else owns the directory by now. */
  readonly refresh: () => boolean
  readonly release: () => void
}

/**
 * Takes the directory for this process. A lock whose owner is gone is taken over: on this host that is asked of the kernel (process id and its
 * start, so a number used again does not deceive); of another host's owner it is believed after 60 s without a sign of life.
 * Throws AuditFileError `locked`.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, LOCK_NAME)
  const mine = ownerText()
  if (!create(path, mine)) {
    takeOver(path)
    if (!create(path, mine)) throw new AuditFileError('locked', `${directory} was taken by another process`)
  }
  const isMine = (): boolean => read(path) === mine
  return {
    refresh: () => {
      if (!isMine()) return false
      const now = Date.now() / 1000
      utimesSync(path, now, now)
      return true
    },
    release: () => {
      try {
        if (isMine()) unlinkSync(path)
      } catch {
        // It stays behind, and is stale as soon as this process has ended.
      }
    },
  }
}

/** True while some process holds the directory: its log is growing. */
export function isLocked(directory: string): boolean {
  const path = join(directory, LOCK_NAME)
  const owner = read(path)
  return owner !== undefined && !isStale(path, owner)
}

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process started, in the kernel's words: boot id and clock ticks. '' where the system does not tell. */
  readonly started: string
}

function takeOver(path: string): void {
  const owner = read(path)
  if (owner === undefined) return
  if (!isStale(path, owner)) {
    const { pid, host } = parse(owner)
    throw new AuditFileError('locked', `${path} is held by process ${pid} on ${host}; an audit log has one writer`)
  }
  // Two processes may find the same lock stale; only the one that makes this second file may remove the first.
  const claim = `${path}.takeover`
  if (!create(claim, ownerText())) {
    if (Date.now() - statSync(claim).mtimeMs > CLAIM_STALE_MS) unlinkSync(claim)
    throw new AuditFileError('locked', `${path} is being taken over by another process; try again`)
  }
  try {
    if (read(path) === owner) unlinkSync(path)
  } finally {
    unlinkSync(claim)
  }
}

function isStale(path: string, text: string): boolean {
  const owner = parse(text)
  if (owner.host !== hostname()) return ageMs(path) > FOREIGN_STALE_MS
  const started = startOf(owner.pid)
  if (started === undefined) return true
  return owner.started !== '' && started !== '' && owner.started !== started
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return 0
  }
}

/** When a process of this host started; '' when it lives but cannot be asked, undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (systemCodeOf(error) !== 'EPERM') return undefined
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; field 22 (starttime, proc_pid_stat(5)) is the 20th behind it. Field 3 is the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${boot}/${fields[19] ?? ''}`
  } catch {
    return ''
  }
}

function ownerText(): string {
  const owner: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '' }
  return `${JSON.stringify(owner)}\n`
}

/** An unreadable lock (its owner died while writing it) belongs to nobody. */
function parse(text: string): Owner {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Owner>
    if (typeof pid === 'number' && pid > 0 && typeof host === 'string' && typeof started === 'string')
      return { pid, host, started }
  } catch {
    // Falls through to nobody.
  }
  return { pid: NOBODY, host: hostname(), started: '' }
}

function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw new AuditFileError('unavailable', `cannot write ${path}`, error)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const LOCK_NAME = 'audit.lock'
const FOREIGN_STALE_MS = 60_000
const CLAIM_STALE_MS = 10_000
/** Larger than any process id Linux gives (PID_MAX_LIMIT, 2^22). */
const NOBODY = 2_147_483_647
