import type { AgentConnection } from '@sallyport/config'
import type { Catalog } from '../../catalog/catalog.ts'
import { openCatalog } from '../../catalog/postgres/open.ts'
import { DEFAULT_CATALOG_BOUNDS } from '../../catalog/postgres/load.ts'
import type { ConnectionParts } from '../../connection.ts'
import type { Lease } from '../../credentials/source.ts'
import { CATALOG_READ_MS, MIN_REFRESH_MS } from '../../catalog/cache.ts'
import { loadUserCode, USER_CODE_BOUNDS } from '../../catalog/postgres/user-code.ts'
import { openUserCodeCatalog, type UserCodeCatalog } from '../../catalog/user-code.ts'
import { type Database, openDatabase } from './open.ts'

/** A connection to a PostgreSQL database. */
export interface PostgresConnection {
  readonly engine: 'postgres'
  readonly config: AgentConnection
  readonly catalog: Catalog
  readonly userCode: UserCodeCatalog
  /** Credentials for one session. Throws AgentError. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
  /** Uses the lease up. Throws AgentError. */
  readonly open: (lease: Lease, settings: ReadonlyMap<string, string>, signal: AbortSignal) => Promise<Database>
}

/** Builds it. Nothing is fetched or opened yet. */
export function postgresConnection({ config, limits, clock, lease, onFailure }: ConnectionParts): PostgresConnection {
  const open: PostgresConnection['open'] = (leased, settings, signal) =>
    openDatabase({ target: config.target, lease: leased, settings, timeoutMs: limits.connectTimeoutMs }, signal)
  const connect = async (signal: AbortSignal): Promise<Database> => {
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
  }
  const ages = {
    ttlMs: limits.catalogTtlMs,
    minRefreshMs: MIN_REFRESH_MS,
    timeoutMs: limits.connectTimeoutMs + CATALOG_READ_MS,
    clock,
  }
  const catalog = openCatalog({ connect, bounds: DEFAULT_CATALOG_BOUNDS, ...ages })
  const userCode = openUserCodeCatalog({
    load: async (signal) => {
      const database = await connect(signal)
      try {
        return await loadUserCode(database, USER_CODE_BOUNDS, signal)
      } finally {
        database.close()
      }
    },
    onFailure: (error) => onFailure(config.name, error),
    ...ages,
  })
  const invalidate = (): void => {
    catalog.invalidate()
    userCode.invalidate()
  }
  return { engine: 'postgres', config, catalog: { ...catalog, invalidate }, userCode, lease, open }
}

/** A session of the agent's own. Its path is the server's names alone: nothing that a role can create stands before them. */
const CATALOG_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['application_name', 'sallyport catalogue'],
  ['client_encoding', 'UTF8'],
  ['default_transaction_read_only', 'on'],
  ['search_path', 'pg_catalog'],
  ['standard_conforming_strings', 'on'],
])
