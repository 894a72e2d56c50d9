import type { AgentConnection, AgentLimits, Credentials } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { envCredentials } from './credentials/env.ts'
import { DEFAULT_EXEC_LIMITS, execCredentials } from './credentials/exec.ts'
import { fileCredentials } from './credentials/file.ts'
import type { CredentialSource, Lease } from './credentials/source.ts'
import { type MysqlConnection, mysqlConnection } from './database/mysql/connection.ts'
import { type PostgresConnection, postgresConnection } from './database/postgres/connection.ts'
import { AgentError } from './errors.ts'

/** One connection of the configuration, ready to open sessions. */
export type Connection = PostgresConnection | MysqlConnection

/** What connections of every engine are made of. */
export interface ConnectionParts {
  readonly config: AgentConnection
  readonly limits: AgentLimits
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Credentials for one session. Throws AgentError. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
  /** What the connection reads for itself could not be read. */
  readonly onFailure: (connection: string, error: unknown) => void
}

/** Builds what a connection of the configuration names. Nothing is fetched or opened yet. */
export function createConnection(
  config: AgentConnection,
  limits: AgentLimits,
  clock: Pick<Clock, 'monotonicMs'>,
  environment: Readonly<NodeJS.ProcessEnv>,
  onFailure: ConnectionParts['onFailure'],
): Connection {
  const source = credentialSource(config.credentials, environment)
  const lease = async (signal: AbortSignal): Promise<Lease> => {
    const timeout = AbortSignal.timeout(limits.credentialsTimeoutMs)
    try {
      return await source.lease(AbortSignal.any([signal, timeout]))
    } catch (error) {
      if (timeout.aborted) {
        throw new AgentError('credential-timeout', `credentials took more than ${limits.credentialsTimeoutMs} ms`)
      }
      throw error
    }
  }
  const parts = { config, limits, clock, lease, onFailure }
  return config.engine === 'postgres' ? postgresConnection(parts) : mysqlConnection(parts)
}

function credentialSource(credentials: Credentials, environment: Readonly<NodeJS.ProcessEnv>): CredentialSource {
  switch (credentials.source) {
    case 'env':
      return envCredentials(credentials, environment)
    case 'file':
    case 'files':
      return fileCredentials(credentials)
    case 'exec':
      break
  }
  return execCredentials({ ...DEFAULT_EXEC_LIMITS, ...credentials })
}
