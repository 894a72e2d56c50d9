export { longTextReader, type LongTextReader } from './long-texts.ts'
export { SqlWorkerError, type SqlWorkerErrorCode } from './errors.ts'
export type { WorkerSettings } from './messages.ts'
export { DEFAULT_SQL_WORKER_OPTIONS, openSqlWorker, type SqlWorker, type SqlWorkerOptions } from './sql-worker.ts'
