/**
 * Base of all errors of the agent. Each says by its code what happened, and by `sqlState` and `retryable` what the client is told; the
 * message names hosts, files and numbers for whoever runs the agent, never a value, a parameter or a credential.
 */
export class AgentError extends Error {
  override readonly name: string = 'AgentError'
  readonly code: AgentErrorCode
  /** What the client is told, with a fixed sentence of its own. */
  readonly sqlState: string
  /** Whether the same attempt may succeed a little later. */
  readonly retryable: boolean

  constructor(code: AgentErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = code
    this.sqlState = fields.sqlState ?? SQL_STATES[code]
    this.retryable = fields.retryable ?? RETRYABLE.has(code)
  }
}

export interface ErrorFields {
  readonly sqlState?: string
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** Every code of the agent's errors. */
export type AgentErrorCode =
  | CredentialErrorCode
  | DatabaseErrorCode
  | CatalogErrorCode
  /** The gateway asked for a connection that the agent does not offer. */
  | 'unknown-connection'
  /** The client named another database than the connection's. */
  | 'unknown-database'
  /** The agent has as many sessions as it may. */
  | 'too-many-sessions'
  /** The gateway asked for something the connection cannot be opened with. */
  | 'refused-startup'

/** Credentials could not be had (infrastructure). */
export type CredentialErrorCode =
  /** The environment or the file system does not hold what the configuration names. */
  | 'credential-missing'
  /** It holds something else. */
  | 'credential-malformed'
  /** It holds more than the bound. */
  | 'credential-too-large'
  /** The program failed. */
  | 'credential-failed'
  /** The program took too long. */
  | 'credential-timeout'
  /** The session ended first. */
  | 'credential-aborted'

/** The database could not be opened or was lost (infrastructure, or the database's violation). */
export type DatabaseErrorCode =
  /** Nobody answers at the address. */
  | 'database-unreachable'
  /** Opening took too long. */
  | 'database-timeout'
  /** A cancel was sent, and the server did not say that it took note, so it may still land. */
  | 'cancel-unsettled'
  /** The session ended first. */
  | 'database-aborted'
  /** The database does not speak TLS, and the target demands it. */
  | 'tls-refused'
  /** The handshake failed, or the certificate is not the one of this host. */
  | 'tls-failed'
  /** The database refused the login: user, password, database, or its own limits. */
  | 'login-refused'
  /** The login ended on our side: a method that is not allowed, a server that did not prove itself. */
  | 'login-failed'
  /** The database broke the protocol. */
  | 'database-violation'
  /** The database does not keep a setting that the session rests on. */
  | 'settings-not-kept'
  /** The connection was lost. */
  | 'database-lost'
  /** The database speaks less than what was known of it when the client was greeted. */
  | 'server-changed'

/** The catalogue could not be read. */
export type CatalogErrorCode =
  /** The database answered a catalogue query with an error. */
  | 'catalog-failed'
  /** It has more names than the bound. */
  | 'catalog-too-large'

const SQL_STATES: Readonly<Record<AgentErrorCode, string>> = {
  'credential-missing': '08001',
  'credential-malformed': '08001',
  'credential-too-large': '08001',
  'credential-failed': '08001',
  'credential-timeout': '08001',
  'credential-aborted': '08006',
  'database-unreachable': '08001',
  'database-timeout': '08001',
  'cancel-unsettled': '57014',
  'database-aborted': '08006',
  'tls-refused': '08001',
  'tls-failed': '08001',
  'login-refused': '08004',
  'login-failed': '08001',
  'database-violation': '08P01',
  'settings-not-kept': '08001',
  'database-lost': '08006',
  'server-changed': '08001',
  'catalog-failed': '08001',
  'catalog-too-large': '54000',
  'unknown-connection': '3D000',
  'unknown-database': '3D000',
  'too-many-sessions': '53300',
  'refused-startup': '42501',
}

const RETRYABLE: ReadonlySet<AgentErrorCode> = new Set<AgentErrorCode>([
  'credential-failed',
  'credential-timeout',
  'database-unreachable',
  'database-timeout',
  'database-lost',
  'server-changed',
  'catalog-failed',
  'too-many-sessions',
])
