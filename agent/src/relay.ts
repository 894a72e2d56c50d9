import type { Socket } from 'node:net'
import type { AgentConnection, AgentLimits, Secret } from '@sallyport/config'
import type { UserCode } from '@sallyport/sql'
import type { AgentSession, SessionReady } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Catalog } from './catalog/catalog.ts'
import type { MysqlDatabase } from './database/mysql/open.ts'
import type { Database } from './database/postgres/open.ts'

/** What a relay must know of any database session; the engine's own has more. */
export interface OpenDatabase {
  readonly socket: Socket
  /** Bytes of the server that came before whatever the socket gives. */
  readonly leftover: Uint8Array
}

/** A tunnel session and the database session opened for it: everything that carries statements one way and results the other needs. */
export interface OpenedSession<D extends OpenDatabase = Database> {
  /** Its `open` tells who asks and under which masking rules; nothing has been answered yet. */
  readonly session: AgentSession
  readonly connection: AgentConnection
  readonly database: D
  /** Shared by all sessions of the same database. */
  readonly catalog: Catalog
  /**
   * Asks the server to cancel what this session runs, and resolves when that can hit nothing any more that is sent from then on; with false when
   * nobody can tell, so that nothing more may be sent. Never throws; a failure is logged.
   */
  readonly cancel: () => Promise<boolean>
  /** What to answer the gateway with when all is prepared. */
  readonly ready: SessionReady
  /** What follows the answer to the gateway at once. */
  readonly onReady?: () => void
  /** PostgreSQL: the code of users that texts are read by now; where it is not given, any name may be a user's. */
  readonly userCode?: () => UserCode
  /** The key of the strategy `hash`; undefined when there is none. */
  readonly hashKey: Secret | undefined
  readonly limits: AgentLimits
  /** Bound to the session's id and connection. */
  readonly log: Logger
}

/**
 * Carries one session to its end. It calls `session.ready` once everything is prepared; until then it may throw, and the gateway is refused.
 * From then on it tells the gateway of failures itself, and it resolves when both ends are over. The caller closes the database and the
 * credentials after it.
 */
export type Relay<D extends OpenDatabase = Database> = (opened: OpenedSession<D>) => Promise<void>

/** One for each engine. */
export interface Relays {
  readonly postgres: Relay
  readonly mysql: Relay<MysqlDatabase>
}
