/**
 * Logging in, seen from the frontend's side (spec: page_protocol_connection_phase).
 *
 * Theory of operation. The server speaks first, in the clear, and it may be anyone. Where TLS is required nothing but an SSLRequest follows on
 * a handshake; everything the handshake said is then taken from a stranger, so it decides nothing that matters: capabilities are cut to what the
 * caller wants to speak, the method to those the caller allows. A server may ask for another method once (AuthSwitchRequest). The password itself
 * goes over TLS, over a connection that nobody can listen to, or under an RSA key; that key must have been given beforehand, unless the caller
 * trusts whoever answers.
 *
 * `stepLogin` performs nothing; it returns the next state and effects as values. The password is in the options, which the caller drops afterwards.
 */
import { decodeUtf8Lossy, Writer } from '@sallyport/bytes'
import type { Handshake } from '../backend/handshake.ts'
import { decodeBackendAs } from '../backend/message.ts'
import { type Capabilities, CLIENT, commonCapabilities, has, REQUIRED } from '../capabilities.ts'
import { MysqlWireError } from '../errors.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import { HandshakeResponse, SslRequest } from '../frontend/handshake-response.ts'
import type { LoginCrypto } from './crypto.ts'
import type {
  Exchange,
  LoginFailureCode,
  LoginMethod,
  LoginOptions,
  LoginState,
  LoginStep,
  Server,
} from './login-state.ts'
import { cachingSha2Password, clearPassword, nativePassword, rsaPassword } from './scramble.ts'

/** Where a login begins: the connection is open, and nothing has come. */
export const LOGIN_BEGIN: LoginState = { phase: 'AwaitHandshake', messages: 0 }

/** Takes one packet of the server. One that may not come now, or says what it may not, ends the login as `failed`. */
export function stepLogin(state: LoginState, raw: RawPacket, options: LoginOptions, crypto: LoginCrypto): LoginStep {
  const messages = state.messages + 1
  if (messages > options.maxMessages) return fail('violation', `more than ${options.maxMessages} packets before OK`)
  try {
    return take({ ...state, messages }, raw, options, crypto)
  } catch (error) {
    if (!(error instanceof MysqlWireError)) throw error
    return fail('violation', 'the server sent a packet that is none')
  }
}

/** TLS is up, and the server is who it should be: the caller has checked. The next packet has sequence id 2. */
export function tlsEstablished(state: LoginState, options: LoginOptions, crypto: LoginCrypto): LoginStep {
  if (state.phase !== 'TlsHandshake') return fail('violation', `TLS cannot begin in phase ${state.phase}`)
  return respond({ ...state.server, encrypted: true }, 2, state.messages, options, crypto)
}

function take(state: LoginState, raw: RawPacket, options: LoginOptions, crypto: LoginCrypto): LoginStep {
  const header = raw.payload[0]
  if (header === 0xff) return refused(raw)
  switch (state.phase) {
    case 'AwaitHandshake':
      return greet(decodeBackendAs('HandshakeV10', raw.payload, NOTHING_AGREED), raw, state, options, crypto)
    case 'Responded':
      if (header === 0xfe) return switchMethod(state, raw, options, crypto)
      if (header === 0x01) return more(state, raw, options, crypto)
      return header === 0x00 ? ready(state, raw) : unexpected(state)
    case 'KeyAsked': {
      if (header !== 0x01) return unexpected(state)
      const { data } = decodeBackendAs('AuthMoreData', raw.payload, state.server.capabilities)
      return proveUnderKey(state, raw, pem(data), options, crypto)
    }
    case 'Proved':
      return header === 0x00 ? ready(state, raw) : unexpected(state)
    case 'TlsHandshake':
    case 'Ready':
    case 'Failed':
  }
  return unexpected(state)
}

/** The server's first packet. */
function greet(
  handshake: Handshake,
  raw: RawPacket,
  state: LoginState,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  const offered = handshake.capabilities
  if ((offered.flags & REQUIRED) !== REQUIRED || !has(offered, CLIENT.PLUGIN_AUTH)) {
    return fail('violation', 'the server does not speak the protocol of 4.1 with named plug-ins')
  }
  const tls = options.tls === 'required'
  if (tls && !has(offered, CLIENT.SSL)) return fail('no-tls', 'the server has no TLS, which is required')
  const agreed = agree(options, offered)
  const server: Server = {
    version: handshake.serverVersion,
    connectionId: handshake.connectionId,
    capabilities: agreed,
    characterSet: handshake.characterSet,
    plugin: handshake.plugin,
    nonce: handshake.authData.slice(),
    encrypted: false,
  }
  if (!tls) return respond(server, raw.nextSequence, state.messages, options, crypto)
  const body = new Writer()
  const { maxPacketBytes, characterSet } = options
  SslRequest.encode({ type: 'SSLRequest', capabilities: agreed, maxPacketBytes, characterSet }, body, agreed)
  return {
    state: { phase: 'TlsHandshake', server, messages: state.messages },
    effects: [{ type: 'send', bytes: encodePackets(body.view(), raw.nextSequence) }, { type: 'upgradeTls' }],
  }
}

function agree(options: LoginOptions, offered: Capabilities): Capabilities {
  // A request for TLS is one by its flag; without it the server takes the packet for the whole response.
  const tls = options.tls === 'required' ? CLIENT.SSL : 0
  const wanted = (options.capabilities.flags | REQUIRED | CLIENT.PLUGIN_AUTH | tls) >>> 0
  // MariaDB says that it has flags of its own by not saying that it is MySQL.
  const isMysql = has(offered, CLIENT.LONG_PASSWORD)
  const { flags, extended } = commonCapabilities({ ...options.capabilities, flags: wanted }, offered)
  const dropped = (options.schema === '' ? CLIENT.CONNECT_WITH_DB : 0) | (options.tls === 'none' ? CLIENT.SSL : 0)
  return { flags: (flags & ~dropped) >>> 0, extended: isMysql ? 0 : extended }
}

/** The HandshakeResponse41, with the first half of the method that the server named if that is allowed, else with none. */
function respond(
  server: Server,
  sequence: number,
  messages: number,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  const named = methodOf(server.plugin)
  const first = named !== undefined && options.methods.has(named) && FIRST_WORDS.has(named) ? named : undefined
  // What the server asks for instead comes in an AuthSwitchRequest.
  const method = first ?? [...options.methods].find((one) => FIRST_WORDS.has(one)) ?? 'caching_sha2_password'
  const body = new Writer()
  const message: HandshakeResponse = {
    type: 'HandshakeResponse41',
    capabilities: server.capabilities,
    maxPacketBytes: options.maxPacketBytes,
    characterSet: options.characterSet,
    user: options.user,
    authResponse: first === undefined ? NOTHING : firstAnswer(first, server.nonce, options, crypto),
    schema: options.schema,
    plugin: method,
    attributes: options.attributes,
    zstdLevel: 3,
  }
  HandshakeResponse.encode(message, body, server.capabilities)
  return {
    state: { phase: 'Responded', server, method, nonce: server.nonce, switched: false, messages },
    effects: [{ type: 'send', bytes: encodePackets(body.view(), sequence) }],
  }
}

function switchMethod(
  state: Extract<LoginState, { phase: 'Responded' }>,
  raw: RawPacket,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  const { plugin, data } = decodeBackendAs('AuthSwitchRequest', raw.payload, state.server.capabilities)
  const method = methodOf(plugin)
  if (state.switched) return fail('violation', 'the server asks for another method a second time')
  if (method === undefined) return fail('method-unsupported', 'the server asks for a method that is not known here')
  if (!options.methods.has(method)) return fail('method-refused', `the server asks for ${method}, which is not allowed`)
  const nonce = (data.at(-1) === 0 && data.length === NONCE_BYTES + 1 ? data.subarray(0, -1) : data).slice()
  const switched = { ...state, method, nonce, switched: true }
  if (method === 'mysql_clear_password') {
    if (!isPrivate(state.server, options)) return fail('insecure', 'the server asks for the password in the clear')
    return prove(switched, raw, clearPassword(options.password))
  }
  if (method === 'client_ed25519') {
    if (crypto.ed25519 === undefined || nonce.length !== ED25519_NONCE_BYTES) {
      return fail('method-unsupported', 'client_ed25519 is not to be had here')
    }
    return prove(switched, raw, crypto.ed25519(clearPassword(options.password).subarray(0, -1), nonce))
  }
  if (nonce.length !== NONCE_BYTES) return fail('violation', `a nonce of ${nonce.length} bytes for ${method}`)
  if (method === 'sha256_password') return sha256(switched, raw, options, crypto)
  return send(switched, raw, firstAnswer(method, nonce, options, crypto))
}

/** caching_sha2_password goes on: the server knows the password's hash already (3), or wants the password (4). */
function more(
  state: Extract<LoginState, { phase: 'Responded' }>,
  raw: RawPacket,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  const { data } = decodeBackendAs('AuthMoreData', raw.payload, state.server.capabilities)
  if (state.method !== 'caching_sha2_password' || data.length !== 1) return unexpected(state)
  if (data[0] === FAST_AUTH_OK) return { state: { ...state, phase: 'Proved' }, effects: [] }
  if (data[0] !== FULL_AUTH) return unexpected(state)
  if (isPrivate(state.server, options)) return prove(state, raw, clearPassword(options.password))
  return underKey(state, raw, ASK_CACHING_SHA2_KEY, options, crypto)
}

function sha256(
  state: Extract<LoginState, { phase: 'Responded' }>,
  raw: RawPacket,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  if (isPrivate(state.server, options)) return prove(state, raw, clearPassword(options.password))
  return underKey(state, raw, ASK_SHA256_KEY, options, crypto)
}

function underKey(
  state: Extract<LoginState, { phase: 'Responded' }>,
  raw: RawPacket,
  ask: number,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  if (options.serverKeyPem !== undefined) {
    return proveUnderKey(state, raw, options.serverKeyPem, options, crypto)
  }
  if (!options.acceptServerKey) {
    return fail('insecure', 'the server asks for the password, without TLS and without a key that is known')
  }
  return {
    state: { ...state, phase: 'KeyAsked' },
    effects: [{ type: 'send', bytes: encodePackets(Uint8Array.of(ask), raw.nextSequence) }],
  }
}

function proveUnderKey(
  state: Exchange & { readonly messages: number },
  raw: RawPacket,
  keyPem: string,
  options: LoginOptions,
  crypto: LoginCrypto,
): LoginStep {
  let answer: Uint8Array
  try {
    answer = rsaPassword(options.password, state.nonce, keyPem, crypto)
  } catch {
    // Whatever a library says of a key that is none, nothing of it is for anyone to see.
    return fail('violation', 'the key of the server is none, or the password is too long for it')
  }
  return prove(state, raw, answer)
}

function firstAnswer(method: LoginMethod, nonce: Uint8Array, options: LoginOptions, crypto: LoginCrypto): Uint8Array {
  if (method === 'mysql_native_password') return nativePassword(options.password, nonce, crypto)
  return cachingSha2Password(options.password, nonce, crypto)
}

function ready(state: Extract<LoginState, { server: Server }>, raw: RawPacket): LoginStep {
  const { server } = state
  const { status, sessionState } = decodeBackendAs('OK', raw.payload, server.capabilities)
  const { version, connectionId, capabilities, characterSet } = server
  const method = 'method' in state ? state.method : 'caching_sha2_password'
  const login = { serverVersion: version, connectionId, capabilities, characterSet, status, sessionState, method }
  return { state: { phase: 'Ready', messages: state.messages }, effects: [{ type: 'ready', login }] }
}

function isPrivate(server: Server, options: LoginOptions): boolean {
  return server.encrypted || options.local
}

function send(state: LoginState & Exchange, raw: RawPacket, answer: Uint8Array): LoginStep {
  return { state, effects: [{ type: 'send', bytes: encodePackets(answer, raw.nextSequence) }] }
}

/** The last word of ours. */
function prove(state: Exchange & { readonly messages: number }, raw: RawPacket, answer: Uint8Array): LoginStep {
  const { server, method, messages } = state
  return {
    state: { phase: 'Proved', server, method, messages },
    effects: [{ type: 'send', bytes: encodePackets(answer, raw.nextSequence) }],
  }
}

function refused(raw: RawPacket): LoginStep {
  const { errorCode, sqlState, message } = decodeBackendAs('ERR', raw.payload, NOTHING_AGREED)
  const failure = {
    code: 'refused',
    message: 'the server refused the session',
    errorCode,
    sqlState: /^[0-9A-Z]{5}$/u.test(sqlState) ? sqlState : undefined,
    serverMessage: message.slice(0, MAX_SERVER_MESSAGE).replaceAll(/\p{C}/gu, '?'),
  } as const
  return { state: { phase: 'Failed', messages: 0 }, effects: [{ type: 'failed', failure }] }
}

function unexpected(state: LoginState): LoginStep {
  return fail('violation', `the server sent what may not come in phase ${state.phase}`)
}

function fail(code: LoginFailureCode, message: string): LoginStep {
  const failure = { code, message, errorCode: undefined, sqlState: undefined, serverMessage: undefined }
  return { state: { phase: 'Failed', messages: 0 }, effects: [{ type: 'failed', failure }] }
}

function pem(data: Uint8Array): string {
  return data.length > MAX_KEY_BYTES ? '' : decodeUtf8Lossy(data, 0, data.length)
}

function methodOf(plugin: string): LoginMethod | undefined {
  return METHODS.find((method) => method === plugin)
}

const METHODS: readonly LoginMethod[] = [
  'mysql_native_password',
  'caching_sha2_password',
  'sha256_password',
  'mysql_clear_password',
  'client_ed25519',
]
/** Methods whose first answer is a hash, which anyone may see; others wait until the server asks. */
const FIRST_WORDS: ReadonlySet<LoginMethod> = new Set<LoginMethod>(['mysql_native_password', 'caching_sha2_password'])
const NOTHING_AGREED: Capabilities = { flags: 0, extended: 0 }
const NOTHING = new Uint8Array(0)
const NONCE_BYTES = 20
const ED25519_NONCE_BYTES = 32
// Spec: page_caching_sha2_authentication_exchanges.
const FAST_AUTH_OK = 3
const FULL_AUTH = 4
const ASK_CACHING_SHA2_KEY = 2
const ASK_SHA256_KEY = 1
const MAX_KEY_BYTES = 8 * 1024
const MAX_SERVER_MESSAGE = 200
