import type { Socket } from 'node:net'
import {
  beginLogin,
  DEFAULT_LOGIN_OPTIONS,
  encodeFrontend,
  type LoggedIn,
  type LoginFailure,
  type LoginMethod,
  type LoginOptions,
  stepLogin,
} from '@sallyport/pg-wire'
import { AgentError } from '../../errors.ts'
import { nodeCrypto } from './crypto.ts'
import type { Dialled } from './dial.ts'
import { type MessageSource, messageSource } from './messages.ts'

export interface LoginRequest {
  readonly user: string
  readonly password: string | undefined
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  /** The minor version of protocol 3 to ask for. */
  readonly minor: 0 | 2
  /** A path that leaves no machine may carry a password in the clear. */
  readonly local: boolean
}

/** A session that is ready for its first statement. */
export interface LoggedInConnection {
  readonly socket: Socket
  readonly login: LoggedIn
  /** What the server sends from here on. */
  readonly messages: MessageSource
}

/**
 * Sends the StartupMessage and proves who we are. Throws AgentError `login-refused`, `login-failed`, `database-violation`,
 * `database-lost`, and the signal's reason; the caller closes the socket then.
 */
export async function logIn(dialled: Dialled, request: LoginRequest, signal: AbortSignal): Promise<LoggedInConnection> {
  const { socket } = dialled
  const { minor } = request
  const parameters = Array.from(request.settings, ([name, value]) => ({ name, value }))
  parameters.unshift({ name: 'user', value: request.user }, { name: 'database', value: request.database })
  socket.write(encodeFrontend({ type: 'StartupMessage', major: 3, minor, parameters }))

  const options = loginOptions(dialled, request)
  const messages = messageSource(socket, signal)
  let state = beginLogin(options)
  for (;;) {
    const step = await stepLogin(state, await messages.next(), options, nodeCrypto)
    state = step.state
    for (const effect of step.effects) {
      if (effect.type === 'send') socket.write(effect.bytes)
      else if (effect.type === 'failed') throw loginError(effect.failure)
      else return { socket, login: effect.login, messages }
    }
  }
}

function loginOptions(dialled: Dialled, request: LoginRequest): LoginOptions {
  const { user, password, minor } = request
  // Whoever answers reads a password in the clear: only a server that is known may, or one on this machine.
  const methods = new Set<LoginMethod>(DEFAULT_LOGIN_OPTIONS.methods)
  if (dialled.tls === 'verified' || request.local) methods.add('password')
  const { channelBinding: data } = dialled
  return {
    ...DEFAULT_LOGIN_OPTIONS,
    user,
    password,
    minor,
    methods,
    channelBinding: data === undefined ? { use: 'none' } : { use: 'tls-server-end-point', data },
  }
}

function loginError(failure: LoginFailure): AgentError {
  const { code, message, sqlState, serverMessage } = failure
  if (code === 'violation') return new AgentError('database-violation', message)
  if (code !== 'refused') return new AgentError('login-failed', message)
  const detail = `${message}: ${sqlState ?? 'no SQLSTATE'} ${serverMessage ?? ''}`.trimEnd()
  return new AgentError('login-refused', detail, {
    // Only what says nothing of the agent's own account is passed on.
    ...(sqlState !== undefined && PASSED_ON.test(sqlState) ? { sqlState } : {}),
    retryable: sqlState !== undefined && RETRYABLE.test(sqlState),
  })
}

/**
 * Resources (53), the operator's intervention (57), a database that does not exist (3D000), a setting that does not exist or cannot have its
 * value (42704, 22023), a version that is not spoken.
 */
const PASSED_ON = /^(?:53...|57...|3D000|42704|22023|08P01|0A000)$/u
const RETRYABLE = /^(?:53...|57...)$/u
