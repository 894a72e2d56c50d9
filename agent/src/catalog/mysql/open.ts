import { type OwnConnection } from '../../database/mysql/query.ts'
import type { ServerFacts } from '../../database/mysql/server-facts.ts'
import { cacheCatalog, type CatalogCacheOptions } from '../cache.ts'
import type { Catalog, CatalogSnapshot } from '../catalog.ts'
import { loadMysqlCatalog } from './load.ts'

export interface MysqlCatalogOptions extends Omit<CatalogCacheOptions, 'load'> {
  /** Opens a connection of the agent's own with the server, lets `read` work on it, and closes it. */
  readonly use: (
    signal: AbortSignal,
    read: (connection: OwnConnection, server: ServerFacts) => Promise<void>,
  ) => Promise<void>
}

/** The catalogue of one MySQL or MariaDB server. */
export function openMysqlCatalog({ use, ...options }: MysqlCatalogOptions): Catalog {
  return cacheCatalog({
    ...options,
    load: async (version, signal) => {
      let snapshot: CatalogSnapshot | undefined
      await use(signal, async (connection, server) => {
        snapshot = await loadMysqlCatalog(connection, server, version)
      })
      return snapshot!
    },
  })
}
