import type { AgentConnection } from '@sallyport/config'
import { CATALOG_READ_MS, MIN_REFRESH_MS } from '../../catalog/cache.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { openMysqlCatalog } from '../../catalog/mysql/open.ts'
import type { ConnectionParts } from '../../connection.ts'
import type { Lease } from '../../credentials/source.ts'
import { killQuery } from './cancel.ts'
import { type MysqlDatabase, openMysql, type OpenOptions, withMysql } from './open.ts'
import { ownSettings } from './own-settings.ts'
import type { OwnConnection } from './query.ts'
import type { ServerFacts } from './server-facts.ts'
import type { SessionSettings } from './settings.ts'

/** A connection to a MySQL or MariaDB server. */
export interface MysqlConnection {
  readonly engine: 'mysql'
  readonly config: AgentConnection
  readonly catalog: Catalog
  /** Credentials for one session. Throws AgentError. */
  readonly lease: (signal: AbortSignal) => Promise<Lease>
  /** Uses the lease up. Throws AgentError. */
  readonly open: (lease: Lease, settings: SessionSettings, signal: AbortSignal) => Promise<MysqlDatabase>
  /** Ends what the session with this id runs. Throws AgentError. */
  readonly kill: (threadId: string, signal: AbortSignal) => Promise<void>
  /** What the server says of itself now. Throws AgentError. */
  readonly learn: (signal: AbortSignal) => Promise<ServerFacts>
}

/** Builds it. Nothing is fetched or opened yet. */
export function mysqlConnection({ config, limits, clock, lease }: Omit<ConnectionParts, 'onFailure'>): MysqlConnection {
  /** On a connection of the agent's own, with credentials of its own. */
  const within = async <T>(
    timeoutMs: number,
    settings: SessionSettings,
    signal: AbortSignal,
    use: (options: OpenOptions) => Promise<T>,
  ): Promise<T> => {
    const leased = await lease(signal)
    try {
      return await use({ target: config.target, lease: leased, settings, timeoutMs })
    } finally {
      await leased.close()
    }
  }
  const { connectTimeoutMs } = limits
  const catalogTimeoutMs = connectTimeoutMs + CATALOG_READ_MS
  const catalog = openMysqlCatalog({
    use: (signal, read: (connection: OwnConnection, server: ServerFacts) => Promise<void>) =>
      within(catalogTimeoutMs, ownSettings('catalogue'), signal, (options) => withMysql(options, signal, read)),
    ttlMs: limits.catalogTtlMs,
    minRefreshMs: MIN_REFRESH_MS,
    timeoutMs: catalogTimeoutMs,
    clock,
  })
  return {
    engine: 'mysql',
    config,
    catalog,
    lease,
    open: (leased, settings, signal) =>
      openMysql({ target: config.target, lease: leased, settings, timeoutMs: connectTimeoutMs }, signal),
    kill: (threadId, signal) =>
      within(connectTimeoutMs, ownSettings('cancel'), signal, (options) => killQuery(options, threadId, signal)),
    learn: (signal) =>
      within(connectTimeoutMs, ownSettings('probe'), signal, (options) =>
        withMysql(options, signal, (_, server) => Promise.resolve(server)),
      ),
  }
}
