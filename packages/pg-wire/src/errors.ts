/**
 * What went wrong on a PostgreSQL conversation.
 *
 * - `malformed-message`: bytes that are no message of the protocol, or one beyond a bound (remote violation).
 * - `protocol-violation`: a well-formed message that may not come now (remote violation).
 * - `conversation-full`: more messages wait for replies than `maxPending` allows (the caller did not hold back).
 * - `unsupported`: asked for something the machine cannot do, such as refusing a Sync (local misuse).
 */
export type PgWireErrorCode = 'malformed-message' | 'protocol-violation' | 'conversation-full' | 'unsupported'

/** Which side sent what is wrong; `local` for misuse of this package. */
export type Side = 'frontend' | 'backend' | 'local'

/** Base of all errors of this package. Messages name types, lengths and states, never values. */
export class PgWireError extends Error {
  override readonly name: string = 'PgWireError'
  readonly code: PgWireErrorCode
  readonly side: Side

  constructor(code: PgWireErrorCode, side: Side, message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.code = code
    this.side = side
  }
}

/**
 * Bytes that are no message: the stream cannot be trusted from here on, and the session ends. With one exception: when `notUtf8` is true, text was
 * not UTF-8 in a message of a sound length, and the message can be refused instead (`decodeForRefusal`).
 */
export class MalformedMessageError extends PgWireError {
  override readonly name = 'MalformedMessageError'
  readonly notUtf8: boolean

  constructor(side: Side, message: string, options?: { readonly cause: unknown; readonly notUtf8: boolean }) {
    super('malformed-message', side, message, options)
    this.notUtf8 = options?.notUtf8 ?? false
  }
}

/** A message that may not come in this state: both ends no longer agree on where they are, and the session ends. */
export class ProtocolViolationError extends PgWireError {
  override readonly name = 'ProtocolViolationError'

  constructor(side: Side, message: string) {
    super('protocol-violation', side, message)
  }
}

/** A message was registered although as many as `maxPending` wait for their replies. */
export class ConversationFullError extends PgWireError {
  override readonly name = 'ConversationFullError'

  constructor(maxPending: number) {
    super('conversation-full', 'local', `${maxPending} messages already wait for their replies`)
  }
}

/** The caller asked for what the machine cannot do. */
export class UnsupportedError extends PgWireError {
  override readonly name = 'UnsupportedError'

  constructor(message: string) {
    super('unsupported', 'local', message)
  }
}
