/** The commands of prepared statements that are an id and little else. Spec: page_protocol_command_phase_ps. */
import type { CommandCodec } from './codec.ts'

/** COM_STMT_PREPARE makes a prepared statement of a text. */
export interface ComStmtPrepare {
  readonly type: 'COM_STMT_PREPARE'
  /** In the session's character set. A view of the packet. */
  readonly query: Uint8Array
}

/** COM_STMT_SEND_LONG_DATA sends a part of a parameter, and is not answered. */
export interface ComStmtSendLongData {
  readonly type: 'COM_STMT_SEND_LONG_DATA'
  readonly statementId: number
  readonly parameter: number
  /** A view of the packet. */
  readonly data: Uint8Array
}

/** COM_STMT_CLOSE forgets a statement, and is not answered. */
export interface ComStmtClose {
  readonly type: 'COM_STMT_CLOSE'
  readonly statementId: number
}

/** COM_STMT_RESET closes a statement's cursor and forgets what long data was sent. */
export interface ComStmtReset {
  readonly type: 'COM_STMT_RESET'
  readonly statementId: number
}

/** COM_STMT_FETCH asks a cursor for rows. */
export interface ComStmtFetch {
  readonly type: 'COM_STMT_FETCH'
  readonly statementId: number
  readonly rows: number
}

export const ComStmtPrepare: CommandCodec<ComStmtPrepare> = {
  decode: (body) => ({ type: 'COM_STMT_PREPARE', query: body.rest() }),
  encode: (message, body) => {
    body.bytes(message.query)
  },
}

export const ComStmtSendLongData: CommandCodec<ComStmtSendLongData> = {
  decode: (body) => ({
    type: 'COM_STMT_SEND_LONG_DATA',
    statementId: body.uint32Le(),
    parameter: body.uint16Le(),
    data: body.rest(),
  }),
  encode: (message, body) => {
    body.uint32Le(message.statementId).uint16Le(message.parameter).bytes(message.data)
  },
}

export const ComStmtClose: CommandCodec<ComStmtClose> = {
  decode: (body) => ({ type: 'COM_STMT_CLOSE', statementId: body.uint32Le() }),
  encode: (message, body) => {
    body.uint32Le(message.statementId)
  },
}

export const ComStmtReset: CommandCodec<ComStmtReset> = {
  decode: (body) => ({ type: 'COM_STMT_RESET', statementId: body.uint32Le() }),
  encode: (message, body) => {
    body.uint32Le(message.statementId)
  },
}

export const ComStmtFetch: CommandCodec<ComStmtFetch> = {
  decode: (body) => ({ type: 'COM_STMT_FETCH', statementId: body.uint32Le(), rows: body.uint32Le() }),
  encode: (message, body) => {
    body.uint32Le(message.statementId).uint32Le(message.rows)
  },
}
