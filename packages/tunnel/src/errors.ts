import type { Failure } from './messages.ts'

/** Every code a {@link TunnelError} can carry. */
export type TunnelErrorCode =
  /** No attached agent of that name offers the connection and takes new sessions. */
  | 'no-agent'
  /** The agent refused the session; see {@link SessionRefusedError.failure}. */
  | 'session-refused'
  /** The agent was lost, or left, before the session was ready. */
  | 'agent-lost'
  /** The session was not ready within `openTimeoutMs`. */
  | 'open-timeout'
  /** The caller's signal ended the wait. */
  | 'aborted'
  /** This side of the tunnel is closing or closed. */
  | 'tunnel-closed'
  /** A limit of the settings is reached. */
  | 'too-many-sessions'
  /** The peer broke the protocol. */
  | 'protocol-violation'
  /** A plaintext tunnel was asked for on an address that is not loopback. */
  | 'insecure-address'
  /** The address cannot be listened on. */
  | 'listen-failed'
  /** A message or setting of the caller's is not valid. */
  | 'misuse'

/** Base of every error of this package. */
export class TunnelError extends Error {
  override readonly name: string = 'TunnelError'
  readonly code: TunnelErrorCode
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean

  constructor(code: TunnelErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

/** No agent can take the session now. */
export class NoAgentError extends TunnelError {
  override readonly name = 'NoAgentError'

  constructor(agent: string, connection: string) {
    super('no-agent', `no agent "${agent}" is attached that serves connection "${connection}"`, { retryable: true })
  }
}

/** The agent answered the request for a session with a refusal. */
export class SessionRefusedError extends TunnelError {
  override readonly name = 'SessionRefusedError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super('session-refused', failure.message, { retryable: failure.retryable })
    this.failure = failure
  }
}

/** The peer sent what the protocol does not allow; its bytes are never quoted. */
export class ProtocolViolationError extends TunnelError {
  override readonly name = 'ProtocolViolationError'

  constructor(message: string) {
    super('protocol-violation', message)
  }
}
