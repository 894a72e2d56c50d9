/**
 * Logging in, seen from the frontend's side (spec: protocol-flow, "Start-up"; sasl-authentication).
 *
 * Theory of operation. After the StartupMessage the server chooses how it wants us to prove who we are, and it may be anyone: nothing
 * about it is known before TLS verified it or SCRAM's last message did. So it chooses among the methods that the caller allows, it cannot
 * leave an exchange that it began (AuthenticationOk in the middle of SCRAM is a violation), it cannot have channel binding dropped
 * where both could do it, and whatever it sends is bounded. The password is in the state up to the message that uses it.
 *
 * `stepLogin` performs nothing; it returns the next state and effects as values. It is asynchronous because deriving a key is.
 */
import { decodeUtf8Lossy, encodeUtf8 } from '@sallyport/bytes'
import type { BackendMessage } from '../backend/message.ts'
import { noticeField } from '../backend/notice-fields.ts'
import { encodeFrontend, type FrontendMessage } from '../frontend/message.ts'
import type { LoginCrypto } from './crypto.ts'
import { LOGIN, type BackendKey, type LoginFailureCode, type LoginMethod } from './login-state.ts'
import type { LoginOptions, LoginState, LoginStep } from './login-state.ts'
import { md5Response } from './md5.ts'
import { type ChannelBinding, proveScram, startScram, verifyScram } from './scram.ts'

/** Where a login begins: the StartupMessage has been sent. */
export function beginLogin(options: LoginOptions): LoginState {
  return { phase: 'Sent', password: options.password, minor: options.minor, messages: 0 }
}

/** Takes one message of the server. A message that may not come now, or says what it may not, ends the login as `failed`. */
export async function stepLogin(
  state: LoginState,
  message: BackendMessage,
  options: LoginOptions,
  crypto: LoginCrypto,
): Promise<LoginStep> {
  const next = LOGIN[state.phase][message.type]
  if (next === undefined) return fail('violation', `${message.type} may not come in phase ${state.phase}`)
  const messages = state.messages + 1
  if (messages > options.maxMessages)
    return fail('violation', `more than ${options.maxMessages} messages before ReadyForQuery`)

  if (message.type === 'ErrorResponse') return refused(message)
  if (message.type === 'NoticeResponse') return { state: { ...state, messages }, effects: [] }
  switch (state.phase) {
    case 'Sent':
      return answer(state, message, options, crypto, messages)
    case 'PasswordSent':
    case 'ScramVerified':
      return started(state.by, state.minor, messages)
    case 'ScramBegun': {
      if (message.type !== 'AuthenticationSASLContinue') break
      const { pending, password, by, minor } = state
      const serverFirst = text(message.data)
      const proof = await proveScram(pending, serverFirst, password, options.scram, crypto)
      if ('fault' in proof) return fail('violation', proof.fault)
      const { serverSignature } = proof
      return sent(
        { phase: 'ScramProved', serverSignature, by, minor, messages },
        { type: 'SASLResponse', data: encodeUtf8(proof.clientFinal) },
      )
    }
    case 'ScramProved': {
      if (message.type !== 'AuthenticationSASLFinal') break
      if (!verifyScram(text(message.data), state.serverSignature, crypto)) {
        return fail('not-authentic', 'the server did not prove that it knows the password')
      }
      return { state: { phase: 'ScramVerified', by: state.by, minor: state.minor, messages }, effects: [] }
    }
    case 'Starting':
      return start(state, message, messages)
    case 'Ready':
    case 'Failed':
      break
  }
  return fail('violation', `${message.type} may not come in phase ${state.phase}`)
}

/** The server asks for a proof, or for none. */
function answer(
  state: Extract<LoginState, { phase: 'Sent' }>,
  message: BackendMessage,
  options: LoginOptions,
  crypto: LoginCrypto,
  messages: number,
): LoginStep {
  const { password, minor } = state
  if (message.type === 'NegotiateProtocolVersion') return negotiate(state, message, messages)

  const method = METHODS[message.type]
  if (method === undefined)
    return fail('method-unsupported', `the server asks for ${message.type}, which is not known here`)
  if (options.requireChannelBinding && method !== 'scram-sha-256') {
    return fail('method-refused', `the server asks for ${method}, where channel binding is required`)
  }
  if (!options.methods.has(method)) return fail('method-refused', `the server asks for ${method}, which is not allowed`)
  if (method === 'trust') return started({ method, channelBound: false }, minor, messages)
  if (password === undefined) return fail('no-password', `the server asks for ${method}, and there is no password`)

  const by = { method, channelBound: false }
  if (message.type === 'AuthenticationCleartextPassword') {
    return sent({ phase: 'PasswordSent', by, minor, messages }, { type: 'PasswordMessage', password })
  }
  if (message.type === 'AuthenticationMD5Password') {
    const response = md5Response(options.user, password, message.salt, crypto)
    return sent({ phase: 'PasswordSent', by, minor, messages }, { type: 'PasswordMessage', password: response })
  }
  if (message.type !== 'AuthenticationSASL') return fail('violation', `${message.type} may not come now`)

  const binding = chooseBinding(message.mechanisms, options)
  if ('failure' in binding) return fail(binding.failure, binding.message)
  const { mechanism, clientFirst, pending } = startScram(binding.channelBinding, crypto)
  return sent(
    {
      phase: 'ScramBegun',
      password,
      pending,
      by: { method, channelBound: mechanism === 'SCRAM-SHA-256-PLUS' },
      minor,
      messages,
    },
    { type: 'SASLInitialResponse', mechanism, data: encodeUtf8(clientFirst) },
  )
}

/**
 * Channel binding where both sides can do it. Who could and is offered none says so (`y`), and a server that did offer it, to which somebody
 * in between listened, then refuses us.
 */
function chooseBinding(
  mechanisms: readonly string[],
  options: LoginOptions,
): { readonly channelBinding: ChannelBinding } | { readonly failure: LoginFailureCode; readonly message: string } {
  const { channelBinding } = options
  const plus = mechanisms.includes('SCRAM-SHA-256-PLUS')
  if (plus && channelBinding.use === 'tls-server-end-point') return { channelBinding }
  if (options.requireChannelBinding) {
    return { failure: 'method-refused', message: 'channel binding is required, and is not possible on this connection' }
  }
  if (!mechanisms.includes('SCRAM-SHA-256')) {
    return plus
      ? {
          failure: 'violation',
          message: 'the server offers channel binding alone, which is not possible on this connection',
        }
      : { failure: 'method-unsupported', message: 'the server offers no SASL mechanism that is known here' }
  }
  return { channelBinding: channelBinding.use === 'none' ? channelBinding : { use: 'not-offered' } }
}

/** The server speaks an older minor version than asked for. We asked for no option, so there is none that it could not know. */
function negotiate(
  state: Extract<LoginState, { phase: 'Sent' }>,
  message: Extract<BackendMessage, { type: 'NegotiateProtocolVersion' }>,
  messages: number,
): LoginStep {
  if (message.minor !== 0 || state.minor !== 2 || message.unknownOptions.length > 0) {
    return fail('violation', 'the server negotiates a protocol version that was not asked for')
  }
  return { state: { ...state, minor: 0, messages }, effects: [] }
}

function started(
  by: { readonly method: LoginMethod; readonly channelBound: boolean },
  minor: 0 | 2,
  messages: number,
): LoginStep {
  return { state: { phase: 'Starting', by, minor, parameters: new Map(), key: undefined, messages }, effects: [] }
}

/** After AuthenticationOk: what the server tells of itself, until it is ready. */
function start(
  state: Extract<LoginState, { phase: 'Starting' }>,
  message: BackendMessage,
  messages: number,
): LoginStep {
  if (message.type === 'ParameterStatus') {
    if (message.name.length + message.value.length > MAX_PARAMETER_LENGTH)
      return fail('violation', 'a ParameterStatus is too long')
    const parameters = new Map(state.parameters).set(message.name, message.value)
    return { state: { ...state, parameters, messages }, effects: [] }
  }
  if (message.type === 'BackendKeyData') {
    const { length } = message.secretKey
    if (state.key !== undefined || length < 4 || length > 256 || (state.minor === 0 && length !== 4)) {
      return fail('violation', `a BackendKeyData of ${length} bytes may not come now`)
    }
    const key: BackendKey = { processId: message.processId, secretKey: message.secretKey.slice() }
    return { state: { ...state, key, messages }, effects: [] }
  }
  if (message.type !== 'ReadyForQuery' || message.status !== 'idle') {
    return fail('violation', 'the session of the server does not begin idle')
  }
  const { parameters, key, minor, by } = state
  return { state: { phase: 'Ready', messages }, effects: [{ type: 'ready', login: { parameters, key, minor, ...by } }] }
}

function refused(message: Extract<BackendMessage, { type: 'ErrorResponse' }>): LoginStep {
  const code = noticeField(message, 'sqlState')
  const sqlState = code !== undefined && /^[0-9A-Z]{5}$/u.test(code) ? code : undefined
  const shown = noticeField(message, 'message')?.slice(0, MAX_SERVER_MESSAGE).replaceAll(/\p{C}/gu, '?')
  const failure = {
    code: 'refused',
    message: 'the server refused the session',
    sqlState,
    serverMessage: shown,
  } as const
  return { state: { phase: 'Failed', messages: 0 }, effects: [{ type: 'failed', failure }] }
}

function fail(code: LoginFailureCode, message: string): LoginStep {
  const failure = { code, message, sqlState: undefined, serverMessage: undefined }
  return { state: { phase: 'Failed', messages: 0 }, effects: [{ type: 'failed', failure }] }
}

function sent(state: LoginState, message: FrontendMessage): LoginStep {
  return { state, effects: [{ type: 'send', bytes: encodeFrontend(message) }] }
}

/** A SASL message as text; one that is too long or not UTF-8 matches nothing. */
function text(data: Uint8Array): string {
  return data.length > MAX_SASL_BYTES ? '' : decodeUtf8Lossy(data, 0, data.length)
}

const METHODS: Readonly<Partial<Record<BackendMessage['type'], LoginMethod>>> = {
  AuthenticationOk: 'trust',
  AuthenticationCleartextPassword: 'password',
  AuthenticationMD5Password: 'md5',
  AuthenticationSASL: 'scram-sha-256',
}

/** Nonce and salt of a server are tens of bytes. */
const MAX_SASL_BYTES = 4 * 1024
const MAX_SERVER_MESSAGE = 200
const MAX_PARAMETER_LENGTH = 8 * 1024
