export { freePort, isPortFree } from '@sallyport/demo'
export { createAuthority, type Authority, type CertificateRequest, type Credential } from './certificates.ts'
export { temporaryDirectory, type TemporaryDirectory } from './directory.ts'
export {
  startMariadb,
  startMysql,
  startMysqlServer,
  type MysqlSession,
  type TestMysql,
  type TestMysqlOptions,
  type TestMysqlUser,
} from './mysql.ts'
export { mysqlFlavours, mysqlInstallation, type MysqlFlavour, type MysqlProgram } from './mysql-installation.ts'
export { runMysqlProgram, startMysqlProgram, type MysqlLogin, type MysqlRun } from './mysql-program.ts'
export { mysqlGreeting, openMysqlWire, type MysqlPacket, type MysqlWire, type MysqlWireOptions } from './mysql-wire.ts'
export {
  postgresVersions,
  startPostgres,
  type TestPostgres,
  type TestPostgresOptions,
  type TestUser,
} from './postgres.ts'
export { runProcess, startProcess, type ProcessResult, type SupervisedProcess } from './process.ts'
export { postgresProgram, psql, runPostgresProgram, type PsqlOptions } from './psql.ts'
export {
  ANYTHING,
  readAudit,
  sallyport,
  startSallyport,
  type SallyportOptions,
  type TestConnection,
  type TestSallyport,
} from './sallyport.ts'
export { eventually, until, waitForEvent } from './wait-for.ts'
export { openWire, type Wire, type WireOptions } from './wire.ts'
