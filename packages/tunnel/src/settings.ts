/** Every limit of the tunnel, the same for both sides. All are settings; {@link DEFAULT_LIMITS} has the values. */
export interface TunnelLimits {
  /** How often a side sends a heartbeat on the control stream, in milliseconds. */
  readonly heartbeatIntervalMs: number
  /** After how much silence on a connection the peer is given up, in milliseconds; at least twice the peer's interval. */
  readonly heartbeatTimeoutMs: number
  /** How long Hello or Welcome, and Join, may take once the stream is open, in milliseconds. */
  readonly helloTimeoutMs: number
  /** How long a session may take from its request to Ready, log-in to the database included, in milliseconds. */
  readonly openTimeoutMs: number
  /** How long what was destroyed, refused or answered with Close may take to leave before it is cut, in milliseconds. */
  readonly closeTimeoutMs: number
  /** How long a session that was ended may wait for a slow peer to read the rest before it is cut, in milliseconds. */
  readonly endTimeoutMs: number
  /** How long a dial to the gateway may take, in milliseconds. */
  readonly connectTimeoutMs: number
  /** The largest data frame that is sent, in bytes; more is split. */
  readonly maxFrameBytes: number
  /** The largest message that is accepted, in bytes; a larger one ends its session. */
  readonly maxMessageBytes: number
  /** How much of one session may wait to be sent before `send` answers false, in bytes. */
  readonly sendBufferBytes: number
  /** HTTP/2 flow-control window of one session, in bytes: what a paused session's peer can still send. */
  readonly sessionWindowBytes: number
  /** HTTP/2 flow-control window of one connection between agent and gateway, in bytes. */
  readonly connectionWindowBytes: number
  /** Sessions that one agent's connection may have. */
  readonly maxSessionsPerAgent: number
  /** Agents that may be attached at once. */
  readonly maxAgents: number
  /** TCP connections that the gateway holds for agents, authenticated or not. */
  readonly maxConnections: number
}

export const DEFAULT_LIMITS: TunnelLimits = {
  heartbeatIntervalMs: 5_000,
  heartbeatTimeoutMs: 15_000,
  helloTimeoutMs: 10_000,
  openTimeoutMs: 30_000,
  closeTimeoutMs: 1_000,
  endTimeoutMs: 300_000,
  connectTimeoutMs: 10_000,
  maxFrameBytes: 256 * 1024,
  maxMessageBytes: 1024 * 1024,
  sendBufferBytes: 256 * 1024,
  sessionWindowBytes: 512 * 1024,
  connectionWindowBytes: 8 * 1024 * 1024,
  maxSessionsPerAgent: 10_000,
  maxAgents: 1_000,
  maxConnections: 1_500,
}
