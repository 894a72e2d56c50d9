import type { BackendMessage } from '../backend/message.ts'
import { type ChannelBinding, DEFAULT_SCRAM_BOUNDS, type ScramBounds, type ScramPending } from './scram.ts'

/** How a server may ask us to prove who we are; `trust` is not at all. */
export type LoginMethod = 'trust' | 'password' | 'md5' | 'scram-sha-256'

export interface LoginOptions {
  readonly user: string
  readonly password: string | undefined
  readonly methods: ReadonlySet<LoginMethod>
  /**
   * The data that binds SCRAM to the TLS connection; `none` for a connection without TLS, and for a certificate whose digest cannot be
   * told.
   */
  readonly channelBinding: Exclude<ChannelBinding, { use: 'not-offered' }>
  /** Accept nothing but SCRAM bound to the TLS connection. */
  readonly requireChannelBinding: boolean
  readonly scram: ScramBounds
  /** The minor version of protocol 3 that the StartupMessage asked for. */
  readonly minor: 0 | 2
  /** How many messages the server may send before it is ready. */
  readonly maxMessages: number
}

export const DEFAULT_LOGIN_OPTIONS: Pick<
  LoginOptions,
  'methods' | 'requireChannelBinding' | 'scram' | 'minor' | 'maxMessages'
> = {
  methods: new Set<LoginMethod>(['trust', 'md5', 'scram-sha-256']),
  requireChannelBinding: false,
  scram: DEFAULT_SCRAM_BOUNDS,
  minor: 2,
  maxMessages: 512,
}

/** What a server told of itself before it was ready. */
export interface LoggedIn {
  /** In the order of their coming; a name that came twice has its last value. */
  readonly parameters: ReadonlyMap<string, string>
  /** Undefined when the server gave none, as some poolers do: nothing can be cancelled then. */
  readonly key: BackendKey | undefined
  readonly minor: 0 | 2
  readonly method: LoginMethod
  readonly channelBound: boolean
}

/** What a CancelRequest names. */
export interface BackendKey {
  readonly processId: number
  readonly secretKey: Uint8Array
}

export interface LoginFailure {
  readonly code: LoginFailureCode
  /** One sentence; nothing of it was written by the server. */
  readonly message: string
  /** The server's SQLSTATE when it refused, and only when it looks like one. */
  readonly sqlState: string | undefined
  /** The server's own message when it refused, for the log of whoever runs the agent; never for the client. */
  readonly serverMessage: string | undefined
}

/**
 * `refused`: the server sent an error. `method-refused`: it asked for a proof that the caller does not allow. `method-unsupported`: for one
 * that is not known here. `no-password`: for one that needs a password, and there is none. `not-authentic`: its proof is wrong.
 * `violation`: it broke the protocol.
 */
export type LoginFailureCode =
  | 'refused'
  | 'method-refused'
  | 'method-unsupported'
  | 'no-password'
  | 'not-authentic'
  | 'violation'

export type LoginPhase =
  | 'Sent'
  | 'PasswordSent'
  | 'ScramBegun'
  | 'ScramProved'
  | 'ScramVerified'
  | 'Starting'
  | 'Ready'
  | 'Failed'

/** Where a login stands, with the data that only this phase needs. */
export type LoginState = (
  | { readonly phase: 'Sent'; readonly password: string | undefined; readonly minor: 0 | 2 }
  | { readonly phase: 'PasswordSent' | 'ScramVerified'; readonly by: Proof; readonly minor: 0 | 2 }
  | {
      readonly phase: 'ScramBegun'
      readonly password: string
      readonly pending: ScramPending
      readonly by: Proof
      readonly minor: 0 | 2
    }
  | { readonly phase: 'ScramProved'; readonly serverSignature: Uint8Array; readonly by: Proof; readonly minor: 0 | 2 }
  | {
      readonly phase: 'Starting'
      readonly by: Proof
      readonly minor: 0 | 2
      readonly parameters: ReadonlyMap<string, string>
      readonly key: BackendKey | undefined
    }
  | { readonly phase: 'Ready' | 'Failed' }
) & { readonly messages: number }

interface Proof {
  readonly method: LoginMethod
  readonly channelBound: boolean
}

export type LoginEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'ready'; readonly login: LoggedIn }
  | { readonly type: 'failed'; readonly failure: LoginFailure }

export interface LoginStep {
  readonly state: LoginState
  readonly effects: readonly LoginEffect[]
}

/** The whole of logging in; a missing entry is a violation. Every phase but the last two also takes an ErrorResponse, which ends it. */
export const LOGIN: Readonly<Record<LoginPhase, Partial<Record<BackendMessage['type'], LoginPhase>>>> = {
  Sent: {
    NegotiateProtocolVersion: 'Sent',
    NoticeResponse: 'Sent',
    AuthenticationOk: 'Starting',
    AuthenticationCleartextPassword: 'PasswordSent',
    AuthenticationMD5Password: 'PasswordSent',
    AuthenticationSASL: 'ScramBegun',
    // Methods that are not spoken here, told apart from what may not come at all.
    AuthenticationKerberosV5: 'Failed',
    AuthenticationGSS: 'Failed',
    AuthenticationSSPI: 'Failed',
    ErrorResponse: 'Failed',
  },
  PasswordSent: { NoticeResponse: 'PasswordSent', AuthenticationOk: 'Starting', ErrorResponse: 'Failed' },
  ScramBegun: { NoticeResponse: 'ScramBegun', AuthenticationSASLContinue: 'ScramProved', ErrorResponse: 'Failed' },
  ScramProved: { NoticeResponse: 'ScramProved', AuthenticationSASLFinal: 'ScramVerified', ErrorResponse: 'Failed' },
  ScramVerified: { NoticeResponse: 'ScramVerified', AuthenticationOk: 'Starting', ErrorResponse: 'Failed' },
  Starting: {
    NoticeResponse: 'Starting',
    ParameterStatus: 'Starting',
    BackendKeyData: 'Starting',
    ReadyForQuery: 'Ready',
    ErrorResponse: 'Failed',
  },
  Ready: {},
  Failed: {},
}
