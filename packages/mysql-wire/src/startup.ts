/**
 * How a session begins, seen from the backend's side (spec: page_protocol_connection_phase).
 *
 * Theory of operation. The backend speaks first: its handshake offers what the session may speak. The frontend may ask for TLS by an
 * SSLRequest, once, and nothing that arrived in the clear survives into TLS: an SSLRequest with bytes behind it is a violation. Its
 * HandshakeResponse41 names the user and begins a plug-in's exchange. As what proves a user here is a token, every exchange ends with the
 * password itself, which is asked for only where nobody can listen: `caching_sha2_password` in full (a hash of a token proves nothing to who does not
 * know the token), or `mysql_clear_password` for clients that do not have the former.
 *
 * `stepStartup` performs nothing. It returns the next state and effects as values; the pump sends, upgrades, looks up and closes.
 */
import { decodeUtf8Lossy, encodeUtf8 } from '@sallyport/bytes'
import { mix } from './auth/scramble.ts'
import type { ErrPacket } from './backend/err-packet.ts'
import type { OkPacket } from './backend/ok-packet.ts'
import { type BackendMessage, encodeBackend } from './backend/message.ts'
import { type Capabilities, CLIENT, has } from './capabilities.ts'
import { MysqlWireError } from './errors.ts'
import type { RawPacket } from './framing/raw-packet.ts'
import { decodeFirstPacket, type HandshakeResponse } from './frontend/handshake-response.ts'
import { isStartupRefusal, readStartup, refusal, type StartupRequest } from './startup-request.ts'
import { SERVER_STATUS } from './status.ts'

export type StartupPhase =
  | 'Initial'
  | 'TlsHandshake'
  | 'Encrypted'
  | 'ScrambleAsked'
  | 'PasswordAsked'
  | 'KeySent'
  | 'Verifying'
  | 'Ready'
  | 'Closed'

/** What happens to a connection that begins. */
export type StartupEvent =
  /** A packet of the frontend; `leftover` says whether bytes were already buffered behind it. */
  | { readonly type: 'Packet'; readonly raw: RawPacket; readonly leftover: boolean }
  | { readonly type: 'TlsEstablished' }
  /** The owner accepted the password, or needs none; the session begins with `status`, in bits of SERVER_STATUS, and `sessionState`. */
  | { readonly type: 'Authenticated'; readonly status?: number; readonly sessionState?: Uint8Array | undefined }
  /** The owner refuses the session: a wrong password, an unknown connection, a limit. */
  | { readonly type: 'Refused'; readonly error: ErrPacket }

/** What the pump does, in this order. */
export type StartupEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'upgradeTls' }
  /** The frontend asked for this session. */
  | { readonly type: 'startup'; readonly request: StartupRequest; readonly encrypted: boolean }
  /** Check this password, and answer with `Authenticated` or `Refused`; undefined where none is asked for. */
  | { readonly type: 'authenticate'; readonly password: string | undefined }
  /** The frontend broke the protocol. */
  | { readonly type: 'violation'; readonly reason: string }
  | { readonly type: 'close' }

export interface StartupOptions {
  /**
   * `required`: a session starts over TLS only. `optional`: TLS is there for who asks, and a password is taken in the clear otherwise, which
   * is for loopback alone. `none`: there is no certificate; for loopback alone.
   */
  readonly tls: 'required' | 'optional' | 'none'
  /** `none`: whoever connects is let in; for a port that only its owner can reach. */
  readonly password: 'required' | 'none'
  /** The longest password, in bytes; tokens are long. */
  readonly maxPasswordBytes: number
  /** The key under which `caching_sha2_password` takes a password without TLS; undefined for none. */
  readonly rsa: { readonly publicKeyPem: string; readonly decrypt: (data: Uint8Array) => Uint8Array } | undefined
}

export const DEFAULT_STARTUP_OPTIONS: StartupOptions = {
  tls: 'required',
  password: 'required',
  maxPasswordBytes: 32 * 1024,
  rsa: undefined,
}

/** What the handshake says of the server. */
export interface Greeting {
  readonly serverVersion: string
  readonly connectionId: number
  /** What is offered; see `spoken`. CLIENT_SSL is added or left out as the options say. */
  readonly capabilities: Capabilities
  readonly characterSet: number
  /** 20 random bytes, none of them 0 or '$'. */
  readonly nonce: Uint8Array
}

export interface StartupState {
  readonly phase: StartupPhase
  /** Whether the connection is encrypted by now. */
  readonly encrypted: boolean
  readonly offered: Capabilities
  readonly nonce: Uint8Array
  /** What the session speaks, once that is agreed on. */
  readonly capabilities: Capabilities
  /** The id of the next packet to the frontend. */
  readonly sequence: number
}

/** The whole startup protocol; a missing entry is a violation. What follows the slash is what the machine chose. */
export const STARTUP: Readonly<Record<StartupPhase, Partial<Record<StartupInput, StartupPhase>>>> = {
  Initial: {
    SSLRequest: 'TlsHandshake',
    'HandshakeResponse41/switch': 'ScrambleAsked',
    'HandshakeResponse41/ask': 'PasswordAsked',
    'HandshakeResponse41/password': 'Verifying',
    Refused: 'Closed',
  },
  TlsHandshake: { TlsEstablished: 'Encrypted' },
  Encrypted: {
    'HandshakeResponse41/switch': 'ScrambleAsked',
    'HandshakeResponse41/ask': 'PasswordAsked',
    'HandshakeResponse41/password': 'Verifying',
    Refused: 'Closed',
  },
  // A hash of nothing is the empty password.
  ScrambleAsked: { Scramble: 'PasswordAsked', Password: 'Verifying', Refused: 'Closed' },
  PasswordAsked: { KeyRequest: 'KeySent', Password: 'Verifying', Refused: 'Closed' },
  KeySent: { Password: 'Verifying', Refused: 'Closed' },
  Verifying: { Authenticated: 'Ready', Refused: 'Closed' },
  Ready: {},
  Closed: {},
}

type StartupInput =
  | 'SSLRequest'
  | 'TlsEstablished'
  | 'HandshakeResponse41/switch'
  | 'HandshakeResponse41/ask'
  | 'HandshakeResponse41/password'
  | 'Scramble'
  | 'KeyRequest'
  | 'Password'
  | 'Authenticated'
  | 'Refused'

export interface StartupStep {
  readonly state: StartupState
  readonly effects: readonly StartupEffect[]
}

/** Where a session begins: the handshake goes out. */
export function beginStartup(greeting: Greeting, options: StartupOptions): StartupStep {
  const { flags, extended } = greeting.capabilities
  const tls = options.tls === 'none' ? flags & ~CLIENT.SSL : flags | CLIENT.SSL
  const offered = { flags: tls >>> 0, extended }
  const { serverVersion, connectionId, characterSet, nonce } = greeting
  const handshake = {
    type: 'HandshakeV10',
    serverVersion,
    connectionId,
    capabilities: offered,
    characterSet,
    status: SERVER_STATUS.AUTOCOMMIT,
    authData: nonce,
    plugin: 'caching_sha2_password',
  } as const
  return {
    state: { phase: 'Initial', encrypted: false, offered, nonce, capabilities: NOTHING_AGREED, sequence: 1 },
    effects: [{ type: 'send', bytes: encodeBackend(handshake, NOTHING_AGREED, 0) }],
  }
}

/** The next state, and what the pump does. */
export function stepStartup(state: StartupState, event: StartupEvent, options: StartupOptions): StartupStep {
  switch (event.type) {
    case 'TlsEstablished':
      return move(state, 'TlsEstablished', () => ({ state: { ...state, encrypted: true }, effects: [] }))
    case 'Authenticated':
      return move(state, 'Authenticated', () =>
        reply({ ...state, nonce: NOTHING }, [welcome(state.capabilities, event)]),
      )
    case 'Refused':
      return move(state, 'Refused', () => refuse(state, event.error))
    case 'Packet':
  }
  if (event.raw.sequence !== state.sequence) return violate(state, 'packets are out of order')
  try {
    return packet({ ...state, sequence: event.raw.nextSequence }, event.raw, event.leftover, options)
  } catch (error) {
    if (!(error instanceof MysqlWireError)) throw error
    return violate(state, 'a packet is malformed')
  }
}

function packet(state: StartupState, raw: RawPacket, leftover: boolean, options: StartupOptions): StartupStep {
  if (PROVING.has(state.phase)) return password(state, raw.payload, options)
  if (state.phase !== 'Initial' && state.phase !== 'Encrypted') return violate(state, 'a packet came too early')
  const first = decodeFirstPacket(raw.payload)
  if (first.type === 'SSLRequest') {
    // INVARIANT: no byte that came in the clear is read as if it had come through TLS.
    if (leftover) return violate(state, 'data came behind the request for TLS')
    if (options.tls === 'none') return violate(state, 'TLS was not offered')
    return move(state, 'SSLRequest', () => ({ state, effects: [{ type: 'upgradeTls' }] }))
  }
  return respond(state, first, options)
}

/** The frontend says who it is, and what it speaks. */
function respond(state: StartupState, response: HandshakeResponse, options: StartupOptions): StartupStep {
  const request = readStartup(response, state.offered)
  if (isStartupRefusal(request)) return refuse(state, request)
  if (options.tls === 'required' && !state.encrypted) {
    return refuse(
      state,
      refusal(3159, 'HY000', 'Connections using insecure transport are prohibited: connect with TLS'),
    )
  }
  const agreed = { ...state, capabilities: request.capabilities }
  const startup = { type: 'startup', request, encrypted: state.encrypted } as const
  const inClear = response.plugin === 'mysql_clear_password' && response.authResponse.length > 0
  if (options.password === 'none' || inClear) {
    return move(state, 'HandshakeResponse41/password', () => {
      if (options.password === 'none') {
        return { state: agreed, effects: [startup, { type: 'authenticate', password: undefined }] }
      }
      const checked = verify(agreed, response.authResponse, options)
      return { ...checked, effects: [startup, ...checked.effects] }
    })
  }
  const canAsk = state.encrypted || options.rsa !== undefined
  const isSha2 = response.plugin === 'caching_sha2_password' && response.authResponse.length > 0
  // Without TLS a client that can do both keeps a password to itself unless there is a key for it.
  const change = !state.encrypted && canAsk && !isSha2
  const message = change ? cachingSha2(state.nonce) : isSha2 && canAsk ? FULL_AUTHENTICATION : CLEAR_PASSWORD
  return move(state, change ? 'HandshakeResponse41/switch' : 'HandshakeResponse41/ask', () => {
    const asked = reply(agreed, [message])
    return { ...asked, effects: [startup, ...asked.effects] }
  })
}

/** The password, in the clear or under the key, or a request for the key. */
function password(state: StartupState, payload: Uint8Array, options: StartupOptions): StartupStep {
  const { rsa } = options
  if (state.phase === 'ScrambleAsked' && payload.length > 0) {
    return move(state, 'Scramble', () => reply(state, [FULL_AUTHENTICATION]))
  }
  if (state.phase === 'KeySent')
    return move(state, 'Password', () => verify(state, decrypt(state, payload, options), options))
  if (!state.encrypted && rsa !== undefined && payload.length === 1 && payload[0] === ASK_KEY) {
    const key = { type: 'AuthMoreData', data: encodeUtf8(rsa.publicKeyPem) } as const
    return move(state, 'KeyRequest', () => reply(state, [key]))
  }
  return move(state, 'Password', () => verify(state, payload, options))
}

function decrypt(state: StartupState, payload: Uint8Array, options: StartupOptions): Uint8Array {
  if (options.rsa === undefined) return NOTHING
  try {
    return mix(options.rsa.decrypt(payload), state.nonce)
  } catch {
    // What cannot be decrypted is a password that is not right, as long as nobody can tell the two apart.
    return NOTHING
  }
}

/** Hands the password on, without its NUL. */
function verify(state: StartupState, bytes: Uint8Array, options: StartupOptions): StartupStep {
  const text = bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes
  if (text.length > options.maxPasswordBytes) return violate(state, 'the password is too long')
  return { state, effects: [{ type: 'authenticate', password: decodeUtf8Lossy(text, 0, text.length) }] }
}

/** Takes a way of the table; one that is not in it is a violation. */
function move(state: StartupState, input: StartupInput, take: () => StartupStep): StartupStep {
  const phase = STARTUP[state.phase][input]
  if (phase === undefined) return violate(state, `${input} may not come in phase ${state.phase}`)
  const step = take()
  return step.state.phase === 'Closed' ? step : { ...step, state: { ...step.state, phase } }
}

function reply(state: StartupState, messages: readonly BackendMessage[]): StartupStep {
  return {
    state: { ...state, sequence: (state.sequence + messages.length) & 0xff },
    effects: messages.map((message, index) => ({
      type: 'send',
      bytes: encodeBackend(message, state.capabilities, (state.sequence + index) & 0xff),
    })),
  }
}

function refuse(state: StartupState, error: ErrPacket): StartupStep {
  const { effects } = reply(state, [error])
  return { state: closed(state), effects: [...effects, { type: 'close' }] }
}

function violate(state: StartupState, reason: string): StartupStep {
  const violation = { type: 'violation', reason } as const
  // During a handshake the frontend reads TLS records, and after the end it reads nothing.
  if (state.phase === 'TlsHandshake' || state.phase === 'Closed' || state.phase === 'Ready') {
    return { state: closed(state), effects: [violation, { type: 'close' }] }
  }
  const { effects } = refuse(state, refusal(1043, '08S01', 'Bad handshake'))
  return { state: closed(state), effects: [violation, ...effects] }
}

function closed(state: StartupState): StartupState {
  return { ...state, phase: 'Closed', nonce: NOTHING }
}

function welcome(
  capabilities: Capabilities,
  { status = OK.status, sessionState }: Extract<StartupEvent, { readonly type: 'Authenticated' }>,
): OkPacket {
  const quiet = (status & ~SERVER_STATUS.SESSION_STATE_CHANGED) >>> 0
  if (sessionState === undefined || !has(capabilities, CLIENT.SESSION_TRACK)) return { ...OK, status: quiet }
  return { ...OK, status: quiet | SERVER_STATUS.SESSION_STATE_CHANGED, sessionState }
}

function cachingSha2(nonce: Uint8Array): BackendMessage {
  const data = new Uint8Array(nonce.length + 1)
  data.set(nonce)
  return { type: 'AuthSwitchRequest', plugin: 'caching_sha2_password', data }
}

const PROVING: ReadonlySet<StartupPhase> = new Set<StartupPhase>(['ScrambleAsked', 'PasswordAsked', 'KeySent'])
const NOTHING_AGREED: Capabilities = { flags: 0, extended: 0 }
const NOTHING = new Uint8Array(0)
const ASK_KEY = 2
const FULL_AUTHENTICATION: BackendMessage = { type: 'AuthMoreData', data: Uint8Array.of(4) }
const CLEAR_PASSWORD: BackendMessage = { type: 'AuthSwitchRequest', plugin: 'mysql_clear_password', data: NOTHING }
const OK: OkPacket = {
  type: 'OK',
  end: false,
  affectedRows: 0n,
  lastInsertId: 0n,
  status: SERVER_STATUS.AUTOCOMMIT,
  warnings: 0,
  info: '',
  sessionState: undefined,
}
