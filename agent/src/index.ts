export { AgentError, type AgentErrorCode } from './errors.ts'
export { type CatalogOptions, openCatalog } from './catalog/postgres/open.ts'
export type {
  Catalog,
  CatalogColumn,
  CatalogRelation,
  CatalogSnapshot,
  CatalogType,
  RelationKind,
  RelationName,
  TypeKind,
} from './catalog/catalog.ts'
export { type CatalogBounds, DEFAULT_CATALOG_BOUNDS } from './catalog/postgres/load.ts'
export { envCredentials } from './credentials/env.ts'
export { DEFAULT_EXEC_LIMITS, execCredentials } from './credentials/exec.ts'
export { fileCredentials } from './credentials/file.ts'
export { type CredentialSource, type Lease, Password } from './credentials/source.ts'
export { cancelBackend } from './database/postgres/cancel.ts'
export { type Database, openDatabase, type OpenOptions } from './database/postgres/open.ts'
export { applicationName, sessionSettings } from './database/postgres/settings.ts'
export type { DatabaseTarget, TlsMode } from './database/target.ts'
export { type AgentPort, runAgent, type RunningAgent } from './agent.ts'
export type { OpenDatabase, OpenedSession, Relay, Relays } from './relay.ts'
export { createMysqlRelay, type MysqlRelayOptions } from './session/mysql/relay-session.ts'
export { type MysqlConnection, mysqlConnection } from './database/mysql/connection.ts'
export { type MysqlDatabase, openMysql } from './database/mysql/open.ts'
export {
  sessionSettings as mysqlSessionSettings,
  type SessionSettings as MysqlSessionSettings,
  type SessionWishes as MysqlSessionWishes,
} from './database/mysql/settings.ts'
export { startAgent } from './main.ts'
export { createRelay, type RelayOptions } from './session/postgres/relay-session.ts'
