/** Why a session ended, as the audit log says it. */
export type EndReason = 'client' | 'agent' | 'database' | 'gateway' | 'idle' | 'killed' | 'violation'

/** Why a client loses its session, before it is put into words of its protocol. */
export type FarewellCode =
  /** The gateway stops. */
  | 'shutdown'
  | 'idle'
  | 'administrator'
  /** A statement beyond its limit did not end when it was cancelled. */
  | 'overdue'
  /** The agent was lost, or ended the session. */
  | 'agent-lost'
  /** The database, or the agent on its behalf. */
  | 'database'
  /** The audit log cannot be written, or not fast enough. */
  | 'audit'
  /** The client, or the database, broke the protocol. */
  | 'violation'
  /** A message beyond `limits.message_bytes`. */
  | 'too-large'
  | 'internal'

/** The last words that a client hears. */
export interface Farewell {
  readonly code: FarewellCode
  /** SQLSTATE as PostgreSQL has it; a protocol with numbers of its own goes by the code. */
  readonly sqlState: string
  readonly message: string
  readonly hint?: string
}
