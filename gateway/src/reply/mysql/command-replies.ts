import { SERVER_STATUS, type FrontendMessage, type OkPacket } from '@sallyport/mysql-wire'
import type { KillRequest } from '../../guard/mysql/kill.ts'
import type { Words } from './refusal.ts'

// What commands are answered here, beside the refusals of the gate.

/** ER_NO_SUCH_THREAD. */
export function noSuchThread({ id }: KillRequest): Words {
  const message = id === undefined ? 'Unknown thread id.' : `Unknown thread id: ${id}.`
  return { errorCode: 1094, sqlState: 'HY000', message, hint: 'Sessions of your own can be killed, and no others.' }
}

/** ER_UNKNOWN_STMT_HANDLER, as the server words it. */
export function unknownStatement(command: FrontendMessage['type'], statementId: number): Words {
  const given = command.replace('COM_STMT_', '').toLowerCase()
  return {
    errorCode: 1243,
    sqlState: 'HY000',
    message: `Unknown prepared statement handler (${statementId}) given to mysqld_stmt_${given}`,
  }
}

/** ER_NEED_REPREPARE. */
export const PREPARE_AGAIN: Words = {
  errorCode: 1615,
  sqlState: 'HY000',
  message: 'Prepared statement needs to be re-prepared: sql_mode has changed since',
}
/** ER_MAX_PREPARED_STMT_COUNT_REACHED. */
export const TOO_MANY_STATEMENTS: Words = {
  errorCode: 1461,
  sqlState: '42000',
  message: "Can't create more prepared statements in this session; close some",
}
/** ER_UNKNOWN_COM_ERROR. */
export const CHANGE_USER: Words = {
  errorCode: 1047,
  sqlState: '08S01',
  message: 'COM_CHANGE_USER is not available: a session has one user. Connect again as the other.',
}
/** ER_UNKNOWN_COM_ERROR: a number that stands for no command. */
export const UNKNOWN_COMMAND: Words = { errorCode: 1047, sqlState: '08S01', message: 'Unknown command' }
/** ER_UNKNOWN_COM_ERROR. */
export const NOT_AVAILABLE: Words = {
  errorCode: 1047,
  sqlState: '08S01',
  message: 'Unknown command: replication, clone and commands of old are never available here.',
}
/** ER_UNSUPPORTED_PS. */
export const KILL_INSIDE: Words = {
  errorCode: 1295,
  sqlState: 'HY000',
  message: 'What is, or may be, a KILL is available only as a statement of its own, with a number.',
}
/** An OK that changed nothing. */
export const OK: OkPacket = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: SERVER_STATUS.AUTOCOMMIT,
  warnings: 0,
  info: '',
  sessionState: undefined,
}
