export { SqlAnalyserError, type SqlErrorCode } from './errors.ts'
export { DEFAULT_SQL_LIMITS, type SqlLimits } from './limits.ts'
export { catalogueOf, type Catalogue, type CatalogueSnapshot } from './catalogue.ts'
export { DEFAULT_STATEMENT_CACHE_LIMITS, StatementCache, type StatementCacheLimits } from './cache.ts'
export { needsWorker } from './inline.ts'
export { resolveNamed } from './named.ts'
export type { CopyStream, CopyTable } from './postgres/copy-stream.ts'
export { loadPostgres, type PostgresAnalyser } from './postgres/analyser.ts'
export { builtinFunction, isBuiltinOperator } from './postgres/builtins.ts'
export { HARMLESS_EXTENSIONS, HARMLESS_VOLATILE_FUNCTIONS } from './postgres/extensions.ts'
export {
  NO_USER_CODE,
  UNKNOWN_USER_CODE,
  userCodeOf,
  withUserCode,
  type UserCode,
  type UserCodeParts,
} from './postgres/user-code.ts'
export { parseSearchPath } from './postgres/search-path.ts'
export { DEFAULT_POSTGRES_SETTINGS, postgresSettingsKey, type PostgresSettings } from './postgres/settings.ts'
export { loadMysql, type MysqlAnalyser, type MysqlStatementDetails } from './mysql/analyser.ts'
export {
  bytesOf as mysqlBytesOf,
  charactersOf as mysqlCharactersOf,
  isSafeCharacterSet as isSafeMysqlCharacterSet,
  readsAlike as mysqlReadsAlike,
} from './mysql/lexer/encoding.ts'
export { localFiles as mysqlLocalFiles } from './mysql/local-files.ts'
export type { MysqlOutputItem, MysqlOutputShape } from './mysql/output-shape.ts'
export type { MysqlPlanning } from './mysql/planning.ts'
export { settingsAfter as mysqlSettingsAfter } from './mysql/settings-after.ts'
export {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  mysqlSettingsKey,
  serverVersion as mysqlServerVersion,
  sqlModeOf,
  type Flavour as MysqlFlavour,
  type MysqlSettings,
} from './mysql/settings.ts'
export { normalisedText } from './normalised.ts'
