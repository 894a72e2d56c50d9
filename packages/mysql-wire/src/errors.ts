/**
 * What went wrong on a MySQL or MariaDB conversation.
 *
 * - `malformed-message`: bytes that are no packet of the protocol, (remote violation).
 * - `message-too-large`: a message beyond the bound that was set (remote violation).
 * - `protocol-violation`: a well-formed packet that may not come now (remote violation).
 * - `conversation-full`: more commands wait for replies than `maxPending` allows (the caller did not hold back).
 * - `unsupported`: asked for something the machine cannot do, such as forwarding COM_BINLOG_DUMP (local misuse).
 */
export type MysqlWireErrorCode =
  | 'malformed-message'
  | 'message-too-large'
  | 'protocol-violation'
  | 'conversation-full'
  | 'unsupported'

/** Which side sent what is wrong; `local` for misuse of this package. */
export type Side = 'frontend' | 'backend' | 'local'

/** Base of all errors of this package. Messages name types, lengths and states, never values. */
export class MysqlWireError extends Error {
  override readonly name: string = 'MysqlWireError'
  readonly code: MysqlWireErrorCode
  readonly side: Side

  constructor(code: MysqlWireErrorCode, side: Side, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.code = code
    this.side = side
  }
}

/** Bytes that are no packet: the stream cannot be trusted from here on, and the session ends. */
export class MalformedMessageError extends MysqlWireError {
  override readonly name = 'MalformedMessageError'

  constructor(side: Side, message: string, options?: { readonly cause: unknown }) {
    super('malformed-message', side, message, options)
  }
}

/** A message beyond the bound: what follows it cannot be found without reading it, and the session ends. */
export class MessageTooLargeError extends MysqlWireError {
  override readonly name = 'MessageTooLargeError'

  constructor(side: Side, bytes: number, maxBytes: number) {
    super('message-too-large', side, `A message has ${bytes} bytes or more; at most ${maxBytes} are allowed`)
  }
}

/** A packet that may not come in this state: both ends no longer agree on where they are, and the session ends. */
export class ProtocolViolationError extends MysqlWireError {
  override readonly name = 'ProtocolViolationError'

  constructor(side: Side, message: string) {
    super('protocol-violation', side, message)
  }
}

/** A command was registered although as many as `maxPending` wait for their replies. */
export class ConversationFullError extends MysqlWireError {
  override readonly name = 'ConversationFullError'

  constructor(message: string) {
    super('conversation-full', 'local', message)
  }
}

/** The caller asked for what the machine cannot do. */
export class UnsupportedError extends MysqlWireError {
  override readonly name = 'UnsupportedError'

  constructor(message: string) {
    super('unsupported', 'local', message)
  }
}
