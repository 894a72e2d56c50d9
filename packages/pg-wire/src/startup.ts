/**
 * How a session begins, seen from the backend's side (spec: protocol-flow, "Start-up", "SSL Session Encryption", "GSSAPI Session
 * Encryption", "Canceling Requests in Progress").
 *
 * Theory of operation. A frontend may ask for encryption first, by SSLRequest and by GSSENCRequest, each once; it may instead open TLS at
 * once, which the socket layer sees in the first byte (`isDirectTls`) and reports as `DirectTls`. Then comes either a CancelRequest,
 * which ends the connection, or a StartupMessage, after which it is asked for its password. The phases tell what was asked already, so a
 * second request of the same kind has no entry in the table. Nothing that arrived in the clear survives into TLS: a request for
 * encryption with bytes behind it is a violation, whatever the answer would have been.
 *
 * `stepStartup` performs nothing. It returns the next phase and effects as values; the pump sends, upgrades, looks up and closes.
 */
import {
  type StartupAsked,
  type StartupRefusal,
  type StartupRequest,
  isStartupRefusal,
  readStartup,
} from './startup-request.ts'
import { encodeNegotiation, encodePasswordRequest, encodeRefusal } from './startup-answers.ts'

export type StartupPhase =
  | 'Initial'
  | 'TlsRefused'
  | 'GssRefused'
  | 'BothRefused'
  | 'TlsHandshake'
  | 'DirectTlsHandshake'
  | 'Encrypted'
  | 'Authenticating'
  | 'Verifying'
  | 'Ready'
  | 'Closed'

/** What happens to a connection that begins. The packets carry `leftover`: whether bytes were already buffered behind them. */
export type StartupEvent =
  | { readonly type: 'SSLRequest'; readonly leftover: boolean }
  | { readonly type: 'GSSENCRequest'; readonly leftover: boolean }
  | { readonly type: 'CancelRequest'; readonly processId: number; readonly secretKey: Uint8Array }
  | ({ readonly type: 'StartupMessage' } & StartupAsked)
  /** The first byte of the connection opens TLS. */
  | { readonly type: 'DirectTls' }
  /** The handshake is done; `alpn` is the protocol that both sides settled on, if they spoke of one. */
  | { readonly type: 'TlsEstablished'; readonly alpn: string | undefined }
  | { readonly type: 'PasswordMessage'; readonly password: string }
  /** The owner accepted the password. */
  | { readonly type: 'Authenticated' }
  /** The owner refuses the session: a wrong password, an unknown connection, a limit. */
  | { readonly type: 'Refused'; readonly refusal: StartupRefusal }
  | { readonly type: 'Terminate' }

/** What the pump does, in this order. */
export type StartupEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Hand the socket to TLS; with `requireAlpn` only for a frontend that settles on `ALPN_PROTOCOL`. */
  | { readonly type: 'upgradeTls'; readonly requireAlpn: boolean }
  /** Cancel what runs under this key, if it is one; no answer either way. */
  | { readonly type: 'cancel'; readonly processId: number; readonly secretKey: Uint8Array }
  /** The frontend asked for this session, and was asked for its password. */
  | { readonly type: 'startup'; readonly request: StartupRequest; readonly encrypted: boolean }
  /** Check this password, and answer with `Authenticated` or `Refused`. */
  | { readonly type: 'authenticate'; readonly password: string }
  /** The frontend broke the protocol. */
  | { readonly type: 'violation'; readonly reason: string }
  | { readonly type: 'close' }

export interface StartupOptions {
  /**
   * `required`: a session starts over TLS only. `optional`: TLS is there for who asks, and a password is taken in the clear otherwise, which
   * is for loopback alone. `none`: there is no certificate; for loopback alone.
   */
  readonly tls: 'required' | 'optional' | 'none'
  /** How many startup parameters a StartupMessage may carry. */
  readonly maxParameters: number
  /** The longest password, in UTF-16 units; tokens are long. */
  readonly maxPasswordLength: number
}

export const DEFAULT_STARTUP_OPTIONS: StartupOptions = {
  tls: 'required',
  maxParameters: 64,
  maxPasswordLength: 32 * 1024,
}

export interface StartupState {
  readonly phase: StartupPhase
  /** Whether the connection is encrypted by now. */
  readonly encrypted: boolean
}

export const STARTUP_BEGIN: StartupState = { phase: 'Initial', encrypted: false }

/** The protocol's name in TLS (RFC 7301); a frontend that opens TLS directly must name it. */
export const ALPN_PROTOCOL = 'postgresql'

/** True when the first byte of a connection opens TLS: a handshake record (RFC 8446, 5.1), which is no length that a packet can have. */
export function isDirectTls(firstByte: number): boolean {
  return firstByte === 0x16
}

/** The whole startup protocol; a missing entry is a violation. `SSLRequest` stands for the answer 'S', `SSLRequest/N` for 'N'. */
export const STARTUP: Readonly<Record<StartupPhase, Partial<Record<StartupInput, StartupPhase>>>> = {
  Initial: {
    'SSLRequest/S': 'TlsHandshake',
    'SSLRequest/N': 'TlsRefused',
    GSSENCRequest: 'GssRefused',
    DirectTls: 'DirectTlsHandshake',
    CancelRequest: 'Closed',
    StartupMessage: 'Authenticating',
    Refused: 'Closed',
  },
  TlsRefused: {
    GSSENCRequest: 'BothRefused',
    CancelRequest: 'Closed',
    StartupMessage: 'Authenticating',
    Refused: 'Closed',
  },
  GssRefused: {
    'SSLRequest/S': 'TlsHandshake',
    'SSLRequest/N': 'BothRefused',
    CancelRequest: 'Closed',
    StartupMessage: 'Authenticating',
    Refused: 'Closed',
  },
  BothRefused: { CancelRequest: 'Closed', StartupMessage: 'Authenticating', Refused: 'Closed' },
  TlsHandshake: { TlsEstablished: 'Encrypted' },
  DirectTlsHandshake: { TlsEstablished: 'Encrypted' },
  Encrypted: { CancelRequest: 'Closed', StartupMessage: 'Authenticating', Refused: 'Closed' },
  Authenticating: { PasswordMessage: 'Verifying', Refused: 'Closed', Terminate: 'Closed' },
  Verifying: { Authenticated: 'Ready', Refused: 'Closed', Terminate: 'Closed' },
  Ready: { Refused: 'Closed', Terminate: 'Closed' },
  Closed: {},
}

/** The inputs of the table: an event, or the event and the answer that the options choose. */
export type StartupInput = Exclude<StartupEvent['type'], 'SSLRequest'> | 'SSLRequest/S' | 'SSLRequest/N'

/**
 * Takes one event. A refused event leads to `Closed` with the reason as an effect and, where the frontend can read one, an ErrorResponse
 * before it; nothing else follows from it.
 */
export function stepStartup(
  state: StartupState,
  event: StartupEvent,
  options: StartupOptions,
): { readonly state: StartupState; readonly effects: readonly StartupEffect[] } {
  const input = event.type === 'SSLRequest' ? (options.tls === 'none' ? 'SSLRequest/N' : 'SSLRequest/S') : event.type
  const next = STARTUP[state.phase][input]
  if (next === undefined) return violate(state, `${event.type} may not come now`)
  const moved: StartupState = { phase: next, encrypted: state.encrypted || event.type === 'TlsEstablished' }

  switch (event.type) {
    case 'SSLRequest':
      if (event.leftover) return violate(state, 'bytes came in the clear behind SSLRequest')
      return input === 'SSLRequest/N'
        ? { state: moved, effects: [{ type: 'send', bytes: ANSWER_NO }] }
        : {
            state: moved,
            effects: [
              { type: 'send', bytes: ANSWER_TLS },
              { type: 'upgradeTls', requireAlpn: false },
            ],
          }
    case 'GSSENCRequest':
      if (event.leftover) return violate(state, 'bytes came in the clear behind GSSENCRequest')
      return { state: moved, effects: [{ type: 'send', bytes: ANSWER_NO }] }
    case 'DirectTls':
      if (options.tls === 'none') return { state: CLOSED, effects: [{ type: 'close' }] }
      return { state: moved, effects: [{ type: 'upgradeTls', requireAlpn: true }] }
    case 'TlsEstablished':
      // A frontend that could be speaking another protocol (HTTP, say) must not be believed: that is how ALPACA attacks work.
      if (event.alpn === undefined ? state.phase === 'DirectTlsHandshake' : event.alpn !== ALPN_PROTOCOL) {
        return {
          state: CLOSED,
          effects: [{ type: 'violation', reason: 'TLS without ALPN postgresql' }, { type: 'close' }],
        }
      }
      return { state: moved, effects: [] }
    case 'CancelRequest': {
      const { processId, secretKey } = event
      return { state: moved, effects: [{ type: 'cancel', processId, secretKey }, { type: 'close' }] }
    }
    case 'StartupMessage': {
      const request = readStartup(event, options.maxParameters)
      if (isStartupRefusal(request)) return refuse(request)
      if (options.tls === 'required' && !state.encrypted) return refuse(TLS_REQUIRED)
      const { negotiate } = request
      return {
        state: moved,
        effects: [
          ...(negotiate === undefined ? [] : [{ type: 'send', bytes: encodeNegotiation(negotiate) } as const]),
          { type: 'send', bytes: encodePasswordRequest() },
          { type: 'startup', request, encrypted: state.encrypted },
        ],
      }
    }
    case 'PasswordMessage':
      if (event.password.length > options.maxPasswordLength) return violate(state, 'the password is too long')
      return { state: moved, effects: [{ type: 'authenticate', password: event.password }] }
    case 'Authenticated':
      return { state: moved, effects: [] }
    case 'Refused':
      return refuse(event.refusal)
    case 'Terminate':
      break
  }
  return { state: moved, effects: [{ type: 'close' }] }
}

function violate(state: StartupState, reason: string): ReturnType<typeof stepStartup> {
  const violation = { type: 'violation', reason } as const
  // During a handshake the frontend reads TLS records, and after the end it reads nothing.
  if (state.phase === 'TlsHandshake' || state.phase === 'DirectTlsHandshake' || state.phase === 'Closed') {
    return { state: CLOSED, effects: [violation, { type: 'close' }] }
  }
  const { effects } = refuse({
    sqlState: '08P01',
    message: `protocol violation: ${reason}`,
    detail: undefined,
    hint: undefined,
  })
  return { state: CLOSED, effects: [violation, ...effects] }
}

function refuse(refusal: StartupRefusal): ReturnType<typeof stepStartup> {
  return { state: CLOSED, effects: [{ type: 'send', bytes: encodeRefusal(refusal) }, { type: 'close' }] }
}

const CLOSED: StartupState = { phase: 'Closed', encrypted: false }
const ANSWER_TLS = Uint8Array.of(0x53) // 'S'
const ANSWER_NO = Uint8Array.of(0x4e) // 'N'

const TLS_REQUIRED: StartupRefusal = {
  sqlState: '28000',
  message: 'a session starts over TLS only',
  detail: 'The connection is not encrypted.',
  hint: 'Connect with sslmode=require or stricter.',
}
