/** Why a worker could not be had; what becomes of a text is an Analysis, never an error. */
export type SqlWorkerErrorCode =
  /** The thread did not start. */
  'worker-unavailable'

/** The one error of this package. */
export class SqlWorkerError extends Error {
  readonly code: SqlWorkerErrorCode

  constructor(code: SqlWorkerErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'SqlWorkerError'
    this.code = code
  }
}
