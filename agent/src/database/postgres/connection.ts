import type { AgentConnection } from '@sallyport/config'
import type { Catalog } from '../../catalog/catalog.ts'
import { openCatalog } from '../../catalog/postgres/open.ts'
import { DEFAULT_CATALOG_BOUNDS } from '../../catalog/postgres/load.ts'
import type { ConnectionParts } from '../../connection.ts'
import type { Lease } from '../../credentials/source.ts'
import { CATALOG_READ_MS, MIN_REFRESH_MS } from '../../catalog/cache.ts'
import { type Database, openDatabase } from './open.ts'

/** A connection to a PostgreSQL database. */
export interface PostgresConnection {
  readonly engine: 'postgres'
  readonly config: AgentConnection
  readonly catalog: Catalog
  /** Credentials for one session. Throws AgentError. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
  /** Uses the lease up. Throws AgentError. */
  readonly open: (lease: Lease, settings: ReadonlyMap<string, string>, signal: AbortSignal) => Promise<Database>
}

/** Builds it. Nothing is fetched or opened yet. */
export function postgresConnection({ config, limits, clock, lease }: ConnectionParts): PostgresConnection {
  const open: PostgresConnection['open'] = (leased, settings, signal) =>
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
  return { engine: 'postgres', config, catalog, lease, open }
}

/** A session of the agent's own. Its path is the server's names alone: nothing that a role can create stands before them. */
const CATALOG_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['application_name', 'sallyport catalogue'],
  ['client_encoding', 'UTF8'],
  ['default_transaction_read_only', 'on'],
  ['search_path', 'pg_catalog'],
  ['standard_conforming_strings', 'on'],
])
