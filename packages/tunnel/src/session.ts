import type { AgentControl, Failure, GatewayControl, SessionOpen, SessionReady } from './messages.ts'

/** One database session through the tunnel: raw bytes of the database protocol and control messages, in one order. */
export interface Session<Outgoing, Incoming> {
  /** The gateway's id of the session. */
  readonly id: string
  /** Why it is closed; undefined while it is not. */
  readonly closed: CloseReason | undefined
  /** Names who listens. Until the first call nothing is read, so nothing is lost; a later call replaces the handlers. */
  readonly handle: (handlers: SessionHandlers<Incoming>) => void
  /**
   * Sends bytes. They are borrowed until they are sent: the caller must not change them. Writes of one event-loop turn share a frame.
   * False means that enough waits already: send no more until `onDrain`. After the end it does nothing and answers false.
   */
  readonly send: (data: Uint8Array) => boolean
  /** Sends a control message behind the bytes sent so far. Answers as `send` does. */
  readonly control: (message: Outgoing) => boolean
  /** Stops `onData` and `onControl`, and in the end the peer's `send`. */
  readonly pause: () => void
  readonly resume: () => void
  /**
   * Ends the session when the peer has read everything sent so far, for which it has `endTimeoutMs`; what the peer still sends is dropped. When nobody is
   * left who wants the session, `destroy` is the word.
   */
  readonly end: () => void
  /** Ends the session at once; the peer learns the reason. */
  readonly destroy: (reason?: { readonly code: CloseCode; readonly message: string }) => void
}

export interface SessionHandlers<Incoming> {
  /** The chunk is the handler's to keep; nobody writes to it again. */
  readonly onData: (chunk: Uint8Array) => void
  readonly onControl: (message: Incoming) => void
  readonly onDrain: () => void
  /** Exactly once, and nothing after it. */
  readonly onClosed: (reason: CloseReason) => void
}

export interface CloseReason {
  readonly code: CloseCode
  /** For logs: names and numbers only. */
  readonly message: string
  /** Whose doing it was. */
  readonly by: 'local' | 'remote' | 'connection'
}

/** Every code a {@link CloseReason} can carry. */
export type CloseCode = (typeof CLOSE_CODES)[number]

export const CLOSE_CODES = [
  /** One side called `end`; everything sent before has been delivered. */
  'ended',
  /** One side gave the session up. */
  'aborted',
  /** An administrator or a limit ended it. */
  'killed',
  /** A side is shutting down. */
  'shutdown',
  /** Gateway only: the agent's connection was lost, or the agent fell silent. */
  'agent-lost',
  /** Agent only: the gateway's connection was lost, or the gateway fell silent. */
  'gateway-lost',
  /** The peer sent what the protocol does not allow. */
  'protocol-violation',
  /** The peer sent a message beyond `maxMessageBytes`. */
  'message-too-large',
] as const

/** The gateway's end of a session that the agent has opened. */
export interface GatewaySession extends Session<GatewayControl, AgentControl> {
  readonly agent: string
  readonly ready: SessionReady
}

/** The agent's end. It answers once with `ready` or `refuse`; before `ready` nothing may be sent. */
export interface AgentSession extends Session<AgentControl, GatewayControl> {
  readonly open: SessionOpen
  readonly ready: (ready: SessionReady) => void
  /** Ends the session. */
  readonly refuse: (failure: Failure) => void
  /** Aborted when the session closes: ends a log-in that nobody waits for any more. */
  readonly signal: AbortSignal
}
