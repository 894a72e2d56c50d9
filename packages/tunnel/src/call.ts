import type { ClientTls } from './client.ts'
import type { HeadOf } from './message-framing.ts'
import type { ServerTls } from './server.ts'
import type { TunnelLimits } from './settings.ts'

// The seam between the tunnel and what speaks gRPC: calls of whole messages, with bounded buffers.

/** The two methods of service Tunnel. */
export type Method = 'Attach' | 'Session'

/** One bidirectional call; its messages are encoded already. */
export interface Call {
  /** Address and port of the other end. */
  readonly peer: string
  /** Names who listens; messages are read from the first call on. */
  readonly handle: (handlers: CallHandlers) => void
  /** Sends one message, the parts of which are borrowed until they are sent. False: send no more until `onDrain`. */
  readonly write: (parts: readonly Uint8Array[]) => boolean
  readonly pause: () => void
  readonly resume: () => void
  /** Ends this direction behind what was written, which `onFlushed` reports gone. */
  readonly end: (onFlushed?: () => void) => void
  /** Cuts the call now. */
  readonly cancel: () => void
  /** Cuts the whole connection, with every call on it. */
  readonly drop: () => void
}

export interface CallHandlers {
  readonly onMessage: (message: Uint8Array) => void
  /** Asked of a message that has not come whole, when the call can deliver the rest as it comes. */
  readonly headOf?: HeadOf
  /** Some bytes behind the head of such a message. */
  readonly onPart?: (bytes: Uint8Array) => void
  readonly onDrain: () => void
  /** Exactly once and last; every message that came before an orderly end has been delivered. */
  readonly onClosed: (end: CallEnd) => void
}

export interface CallEnd {
  /**
   * `ended`: by the peer, orderly. `refused`: the gateway turned the credentials away. `cancelled`: the peer cut it. `lost`: the connection is gone.
   * `too-large`: a message exceeded `maxMessageBytes`. `broken`: the peer does not speak gRPC as agreed.
   */
  readonly code: 'ended' | 'refused' | 'cancelled' | 'lost' | 'too-large' | 'broken'
  readonly message: string
}

/** A call as the gateway gets it. */
export interface IncomingCall extends Call {
  readonly method: Method
  readonly token: string | undefined
  readonly certificateSubject: string | undefined
  readonly certificateFingerprint: string | undefined
  /** Ends the call with status UNAUTHENTICATED. */
  readonly refuse: (message: string) => void
}

export interface CallServerOptions {
  readonly host: string
  readonly port: number
  readonly tls: ServerTls | undefined
  readonly limits: TunnelLimits
  readonly onCall: (call: IncomingCall) => void
}

export interface CallServer {
  readonly address: { readonly host: string; readonly port: number }
  /** Uses these certificates for new connections. @throws TunnelError `misuse` on a server without TLS. */
  readonly replaceTls: (tls: ServerTls) => void
  /** Stops listening, lets calls that are ending end for `closeTimeoutMs`, and cuts what is left. */
  readonly close: () => Promise<void>
}

export interface CallClientOptions {
  /** `host:port`. */
  readonly address: string
  readonly tls: ClientTls | undefined
  readonly token: string | undefined
  readonly limits: TunnelLimits
}

/** One connection to one gateway. */
export interface CallClient {
  readonly call: (method: Method) => Call
  /** Waits for the calls to end, up to `closeTimeoutMs`, then cuts the connection. */
  readonly close: () => Promise<void>
  /** Cuts the connection with every call on it. */
  readonly drop: () => void
}
