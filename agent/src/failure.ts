import type { Failure } from '@sallyport/tunnel'
import { AgentError, type AgentErrorCode } from './errors.ts'

/** What the gateway, and through it the user, is told of an error: a code, a fixed sentence, no detail of host, account or file. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof AgentError)) {
    return { code: 'internal', message: 'The agent failed to open the session.', sqlState: 'XX000', retryable: false }
  }
  const { code, sqlState, retryable } = error
  return { code, message: SENTENCES[code], sqlState, retryable }
}

/** What of an error goes to the log: for errors of our own all, for others where they come from. */
export function logFields(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof AgentError) {
    const { code, message, sqlState } = error
    return { code, reason: message, sqlState }
  }
  if (!(error instanceof Error)) return { code: 'internal', kind: typeof error }
  // INVARIANT: the message of an error that is not ours may quote what was being read, so it is not logged.
  return {
    code: 'internal',
    kind: error.name,
    at: (error.stack ?? '')
      .split('\n')
      .slice(1, 6)
      .map((line) => line.trim()),
  }
}

const CREDENTIALS = 'The agent could not get the credentials of this connection.'
const DATABASE = 'The agent could not reach the database of this connection.'
const TLS = 'The agent could not establish that it speaks with the right database.'

const SENTENCES: Readonly<Record<AgentErrorCode, string>> = {
  'credential-missing': CREDENTIALS,
  'credential-malformed': CREDENTIALS,
  'credential-too-large': CREDENTIALS,
  'credential-failed': CREDENTIALS,
  'credential-timeout': CREDENTIALS,
  'credential-aborted': 'The session ended before it was open.',
  'database-unreachable': DATABASE,
  'database-timeout': DATABASE,
  'cancel-unsettled': 'A cancel did not settle.',
  'database-aborted': 'The session ended before it was open.',
  'tls-refused': TLS,
  'tls-failed': TLS,
  'login-refused': 'The database refused the login of this connection.',
  'login-failed': 'The agent did not accept how the database wanted it to log in.',
  'database-violation': 'The database broke the protocol.',
  'settings-not-kept': 'The database does not keep a setting that this connection rests on.',
  'database-lost': 'The connection to the database was lost.',
  'server-changed': 'The database has changed since the gateway last heard of it; connect again.',
  'catalog-failed': 'The agent could not read the catalogue of the database.',
  'catalog-too-large': 'The catalogue of the database is larger than the agent takes in.',
  'unknown-connection': 'The agent does not offer this connection.',
  'unknown-database': 'This connection serves one database, and its name is another one; leave the name out.',
  'too-many-sessions': 'The agent has as many sessions as it may.',
  'refused-startup': 'A setting of the client may not be chosen when a session starts.',
}
