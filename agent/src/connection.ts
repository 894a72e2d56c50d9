import type { AgentConnection, AgentLimits, Credentials } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { openCatalog } from './catalog/cache.ts'
import type { Catalog } from './catalog/catalog.ts'
import { DEFAULT_CATALOG_BOUNDS } from './catalog/postgres/load.ts'
import { envCredentials } from './credentials/env.ts'
import { DEFAULT_EXEC_LIMITS, execCredentials } from './credentials/exec.ts'
import { fileCredentials } from './credentials/file.ts'
import type { CredentialSource, Lease } from './credentials/source.ts'
import { type Database, openDatabase } from './database/postgres/open.ts'
import { AgentError } from './errors.ts'

/** One connection of the configuration, ready to open sessions. */
export interface Connection {
  readonly config: AgentConnection
  readonly catalog: Catalog
  /** Credentials for one session. Throws AgentError. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
  /** Uses the lease up. Throws AgentError. */
  readonly open: (lease: Lease, settings: ReadonlyMap<string, string>, signal: AbortSignal) => Promise<Database>
}

/** Builds what a connection of the configuration names. Nothing is fetched or opened yet. */
export function createConnection(
  config: AgentConnection,
  limits: AgentLimits,
  clock: Pick<Clock, 'monotonicMs'>,
  environment: Readonly<NodeJS.ProcessEnv>,
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
  const open: Connection['open'] = (leased, settings, signal) =>
    openDatabase({ target: config.target, lease: leased, settings, timeoutMs: limits.connectTimeoutMs }, signal)
  const catalog = openCatalog({
    connect: async (signal) => {
      const leased = await lease(signal)
      try {
        const database = await open(leased, CATALOG_SETTINGS, signal)
        return {
          ...database,
          close: () => {
            database.close()
            void leased.close()
          },
        }
      } catch (error) {
        await leased.close()
        throw error
      }
    },
    ttlMs: limits.catalogTtlMs,
    minRefreshMs: MIN_REFRESH_MS,
    timeoutMs: limits.connectTimeoutMs + CATALOG_READ_MS,
    bounds: DEFAULT_CATALOG_BOUNDS,
    clock,
  })
  return { config, catalog, lease, open }
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

/** A session of the agent's own. Its path is the server's names alone: nothing that a role can create stands before them. */
const CATALOG_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['application_name', 'sallyport catalogue'],
  ['client_encoding', 'UTF8'],
  ['default_transaction_read_only', 'on'],
  ['search_path', 'pg_catalog'],
  ['standard_conforming_strings', 'on'],
])
const MIN_REFRESH_MS = 1000
const CATALOG_READ_MS = 30_000
