/**
 * Why the log on disk cannot do what was asked.
 *
 * - `unavailable`: records cannot be written now (full disk, I/O error, read-only file system); the log retries by itself.
 * - `overloaded`: more bytes wait for the disk than `maxPendingBytes` allows.
 * - `closed`: the log was closed.
 * - `locked`: another process writes this directory, or took it over.
 * - `damaged`: what is on disk is not what was written; nothing is appended to a log that may have been tampered with.
 * - `too-large`: one record is larger than `maxRecordBytes`.
 * - `key`: a key file cannot be read, is not Ed25519, or others may read it.
 */
export type AuditFileErrorCode = 'unavailable' | 'overloaded' | 'closed' | 'locked' | 'damaged' | 'too-large' | 'key'

/** Infrastructure, on the gateway's own disk. Messages name files and system codes, never a record's content. */
export class AuditFileError extends Error {
  readonly code: AuditFileErrorCode
  /** What a PostgreSQL client is told: io_error, or insufficient resources. */
  readonly sqlState: '58030' | '53000'
  /** The operating system's word, where it had one: ENOSPC, EIO. */
  readonly systemCode: string | undefined

  constructor(code: AuditFileErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AuditFileError'
    this.code = code
    this.sqlState = code === 'overloaded' || code === 'too-large' ? '53000' : '58030'
    this.systemCode = systemCodeOf(cause)
  }
}

/** Refuses what was to be recorded: the statement must not run. */
export class AuditUnavailableError extends AuditFileError {
  declare readonly code: 'unavailable' | 'overloaded' | 'closed' | 'locked' | 'damaged'
  /** True when the event had happened already, so the log keeps it in memory and writes it as soon as it can. */
  readonly kept: boolean

  constructor(
    code: 'unavailable' | 'overloaded' | 'closed' | 'locked' | 'damaged',
    message: string,
    kept: boolean,
    cause?: unknown,
  ) {
    super(code, message, cause)
    this.name = 'AuditUnavailableError'
    this.kept = kept
  }
}

/** Why a writer stops when it finds its file changed by others. */
export function damaged(name: string): AuditUnavailableError {
  return new AuditUnavailableError('damaged', `${name} of the audit log was cut or removed while it was written`, false)
}

/** ENOSPC and its like from an error of Node's, or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (error instanceof AuditFileError) return error.systemCode
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
