import { MaskingError } from '@sallyport/masking'
import { MysqlWireError } from '@sallyport/mysql-wire'
import { PgWireError } from '@sallyport/pg-wire'
import type { Failure } from '@sallyport/tunnel'
import { failureOf } from '../failure.ts'
import { RelayError } from './errors.ts'

/** What the gateway is told. Sentences of our own: an error may quote what was being read. */
export function relayFailure(error: unknown): Failure {
  if (error instanceof MaskingError) {
    const sqlState = error.code === 'row-too-large' ? '54000' : 'XX000'
    return { code: error.code, message: `Masking failed: ${error.message}.`, sqlState, retryable: false }
  }
  if (error instanceof RelayError) return ended(error, 'XX000')
  if (error instanceof PgWireError || error instanceof MysqlWireError) {
    return ended(error, TOO_LARGE.has(error.code) ? '54000' : '08P01')
  }
  return failureOf(error)
}

function ended({ code, message }: Error & { readonly code: string }, sqlState: string): Failure {
  return { code, message: `The agent ended the session: ${message}.`, sqlState, retryable: false }
}

/** A message beyond its bound; PostgreSQL's codec has no code of its own for it. */
const TOO_LARGE: ReadonlySet<string> = new Set(['malformed-message', 'message-too-large'])
