import type { ErrPacket } from '@sallyport/mysql-wire'

/** A refusal of the agent's: the rule and what helps are in its message. Spec: ER_TABLEACCESS_DENIED_ERROR. */
export function refusal(message: string, rule: string, hint: string): ErrPacket {
  return { type: 'ERR', errorCode: 1142, sqlState: '42000', message: `${message} (${rule}). ${hint}` }
}

/** A statement that would store a protected value where nothing protects it. */
export function refuseStoring(): ErrPacket {
  return refusal(
    'This statement would copy masked values to where they are not masked',
    'masking: write-back',
    'Store values that do not come from masked columns.',
  )
}

/** A command that no session may send. Spec: ER_UNKNOWN_COM_ERROR. */
export const UNKNOWN_COMMAND: ErrPacket = {
  type: 'ERR',
  errorCode: 1047,
  sqlState: '08S01',
  message: 'This command is not available',
}

/** An id that stands for no statement. Spec: ER_UNKNOWN_STMT_HANDLER. */
export function unknownStatement(id: number): ErrPacket {
  return {
    type: 'ERR',
    errorCode: 1243,
    sqlState: 'HY000',
    message: `Unknown prepared statement handler (${id}) given to the command`,
  }
}

/** More prepared statements than a session may have. Spec: ER_MAX_PREPARED_STMT_COUNT_REACHED. */
export const TOO_MANY_STATEMENTS: ErrPacket = {
  type: 'ERR',
  errorCode: 1461,
  sqlState: '42000',
  message: "Can't create more prepared statements in this session",
}
