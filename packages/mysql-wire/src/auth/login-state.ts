import type { Capabilities } from '../capabilities.ts'
import type { Attribute } from '../frontend/connect-attributes.ts'

/** How a server may ask us to prove who we are. */
export type LoginMethod =
  | 'mysql_native_password'
  | 'caching_sha2_password'
  | 'sha256_password'
  | 'mysql_clear_password'
  | 'client_ed25519'

export interface LoginOptions {
  readonly user: string
  readonly password: string
  /** '' for none. */
  readonly schema: string
  readonly methods: ReadonlySet<LoginMethod>
  /** `required`: nothing is said of the user before TLS. `none`: for a connection that nobody can listen to. */
  readonly tls: 'required' | 'none'
  /** The connection is one that nobody can listen to (a socket of the same machine): a password may pass as over TLS. */
  readonly local: boolean
  /** The server's RSA key, where it was given us beforehand. Without it, no key that comes unproven over the wire is used, unless `acceptServerKey`. */
  readonly serverKeyPem: string | undefined
  /** Take the server's RSA key from the server itself, without TLS: whoever is in between may be the server. */
  readonly acceptServerKey: boolean
  /** What to speak, of what the server offers. */
  readonly capabilities: Capabilities
  readonly characterSet: number
  readonly maxPacketBytes: number
  readonly attributes: readonly Attribute[]
  /** How many packets the server may send before it is ready. */
  readonly maxMessages: number
}

export const DEFAULT_LOGIN_OPTIONS: Pick<
  LoginOptions,
  'methods' | 'tls' | 'local' | 'serverKeyPem' | 'acceptServerKey' | 'characterSet' | 'maxPacketBytes' | 'maxMessages'
> = {
  methods: new Set<LoginMethod>([
    'mysql_native_password',
    'caching_sha2_password',
    'sha256_password',
    'client_ed25519',
  ]),
  tls: 'required',
  local: false,
  serverKeyPem: undefined,
  acceptServerKey: false,
  // utf8mb4_general_ci, which both MySQL and MariaDB know.
  characterSet: 45,
  maxPacketBytes: 0x4000_0000,
  maxMessages: 16,
}

/** What a server told of itself before it was ready. */
export interface LoggedIn {
  readonly serverVersion: string
  readonly connectionId: number
  readonly capabilities: Capabilities
  readonly characterSet: number
  readonly status: number
  /** What the server says of the session that began, undecoded (`decodeSessionTrack`); undefined for nothing. */
  readonly sessionState: Uint8Array | undefined
  readonly method: LoginMethod
}

export interface LoginFailure {
  readonly code: LoginFailureCode
  /** One sentence; nothing of it was written by the server. */
  readonly message: string
  /** The server's error number and SQLSTATE when it refused. */
  readonly errorCode: number | undefined
  readonly sqlState: string | undefined
  /** The server's own message when it refused, for the log of whoever runs the agent; never for the client. */
  readonly serverMessage: string | undefined
}

/**
 * `refused`: the server sent an error. `no-tls`: it has no TLS, which is required. `method-refused`: it asked for a proof that the caller does not
 * allow. `method-unsupported`: for one that is not known here. `insecure`: for the password itself where somebody could listen. `violation`: it broke
 * the protocol.
 */
export type LoginFailureCode = 'refused' | 'no-tls' | 'method-refused' | 'method-unsupported' | 'insecure' | 'violation'

/** Where a login stands, with the data that only this phase needs. */
export type LoginState = (
  | { readonly phase: 'AwaitHandshake' | 'Ready' | 'Failed' }
  | { readonly phase: 'TlsHandshake'; readonly server: Server }
  | ({ readonly phase: 'Responded' } & Exchange)
  /** caching_sha2_password wants the whole proof; the server's key is on its way. */
  | ({ readonly phase: 'KeyAsked' } & Exchange)
  /** Everything was said; OK or an error is next. */
  | { readonly phase: 'Proved'; readonly server: Server; readonly method: LoginMethod }
) & { readonly messages: number }

/** What the server said in its handshake, of which the rest of the login depends. */
export interface Server {
  readonly version: string
  readonly connectionId: number
  readonly capabilities: Capabilities
  readonly characterSet: number
  readonly plugin: string
  readonly nonce: Uint8Array
  readonly encrypted: boolean
}

export interface Exchange {
  readonly server: Server
  readonly method: LoginMethod
  readonly nonce: Uint8Array
  /** A server may ask for another method once. */
  readonly switched: boolean
}

export type LoginEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Hand the socket to TLS, then go on with `tlsEstablished`. */
  | { readonly type: 'upgradeTls' }
  | { readonly type: 'ready'; readonly login: LoggedIn }
  | { readonly type: 'failed'; readonly failure: LoginFailure }

export interface LoginStep {
  readonly state: LoginState
  readonly effects: readonly LoginEffect[]
}
