import type { Socket } from 'node:net'
import {
  type Attribute,
  type Capabilities,
  decodeBackendAs,
  DEFAULT_LOGIN_OPTIONS,
  LOGIN_BEGIN,
  type LoggedIn,
  type LoginEffect,
  type LoginFailure,
  type LoginMethod,
  type LoginOptions,
  type LoginStep,
  type RawPacket,
  stepLogin,
  tlsEstablished,
} from '@sallyport/mysql-wire'
import { AgentError } from '../../errors.ts'
import { connectSocket, upgradeToTls, verifies } from '../connect.ts'
import { type DatabaseTarget, isLocal, isSocketPath } from '../target.ts'
import { nodeCrypto } from './crypto.ts'
import { type PacketSource, packetSource, refusingViolations } from './packets.ts'
import { type ServerFacts, serverFacts } from './server-facts.ts'

export interface LoginRequest {
  readonly user: string
  readonly password: string | undefined
  /** '' for none. */
  readonly schema: string
  /** What to speak, of what the server offers. */
  readonly capabilities: Capabilities
  /** Number of a collation; those beyond a byte are asked for as utf8mb4. */
  readonly collation: number
  readonly attributes: readonly Attribute[]
}

/** A session that is ready for its first command. */
export interface LoggedInConnection {
  readonly socket: Socket
  readonly login: LoggedIn
  /** What the server's greeting said of it. */
  readonly server: ServerFacts
  /** What the server sends from here on. */
  readonly packets: PacketSource
}

/**
 * Connects, takes the greeting, upgrades to TLS as the target demands, and proves who we are. Throws AgentError `database-unreachable`,
 * `database-lost`, `tls-refused`, `tls-failed`, `login-refused`, `login-failed`, `database-violation`, and the signal's reason.
 */
export async function logIn(
  target: DatabaseTarget,
  request: LoginRequest,
  signal: AbortSignal,
): Promise<LoggedInConnection> {
  let socket = await connectSocket(target, target.host, signal)
  try {
    const options = loginOptions(target, request)
    let packets = packetSource(socket, signal)
    const greeting = await packets.next()
    const server = await refusingViolations(() => greeted(greeting))
    let step = stepLogin(LOGIN_BEGIN, greeting, options, nodeCrypto)
    for (;;) {
      const effect = perform(step, socket)
      if (effect?.type === 'failed') throw loginError(effect.failure)
      if (effect?.type === 'ready' && server !== undefined) return { socket, login: effect.login, server, packets }
      if (effect?.type === 'upgradeTls') {
        socket = await encrypt(socket, packets, target, signal)
        packets = packetSource(socket, signal)
        step = tlsEstablished(step.state, options, nodeCrypto)
      } else step = stepLogin(step.state, await packets.next(), options, nodeCrypto)
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Sends what a step says; what else it says is the last effect. */
function perform({ effects }: LoginStep, socket: Socket): Exclude<LoginEffect, { type: 'send' }> | undefined {
  let last: Exclude<LoginEffect, { type: 'send' }> | undefined
  for (const effect of effects) {
    if (effect.type === 'send') socket.write(effect.bytes)
    else last = effect
  }
  return last
}

async function encrypt(
  socket: Socket,
  packets: PacketSource,
  target: DatabaseTarget,
  signal: AbortSignal,
): Promise<Socket> {
  // INVARIANT: nothing that came in the clear is taken for the session's; somebody in between could have written it.
  if (packets.leftover().length > 0 || socket.readableLength > 0) {
    throw new AgentError('database-violation', 'bytes came in the clear behind the greeting')
  }
  return upgradeToTls(socket, target, [], signal)
}

function greeted(raw: RawPacket): ServerFacts | undefined {
  // A server that has enough of clients, or of this host, says so instead.
  if (raw.payload[0] === 0xff) return undefined
  return serverFacts(decodeBackendAs('HandshakeV10', raw.payload, { flags: 0, extended: 0 }))
}

function loginOptions(target: DatabaseTarget, request: LoginRequest): LoginOptions {
  const { user, password, schema, capabilities, collation, attributes } = request
  const socket = isSocketPath(target)
  const tls = target.tls === 'disable' || socket ? 'none' : 'required'
  // Whoever answers reads a password in the clear: only a server that is known may, or one behind a socket of this machine.
  const methods = new Set<LoginMethod>(DEFAULT_LOGIN_OPTIONS.methods)
  if (socket || (tls === 'required' && verifies(target))) methods.add('mysql_clear_password')
  return {
    ...DEFAULT_LOGIN_OPTIONS,
    user,
    password: password ?? '',
    schema,
    methods,
    tls,
    // Servers take a password in the clear over TLS and over a socket, not over TCP, loopback or not. There they have a key for it, and
    // nobody is in between to put another one in its place.
    local: socket,
    acceptServerKey: isLocal(target),
    capabilities,
    characterSet: collation > 0 && collation < 256 ? collation : DEFAULT_LOGIN_OPTIONS.characterSet,
    attributes,
  }
}

function loginError(failure: LoginFailure): AgentError {
  const { code, message, errorCode, sqlState, serverMessage } = failure
  if (code === 'violation') return new AgentError('database-violation', message)
  if (code === 'no-tls') return new AgentError('tls-refused', message)
  if (code !== 'refused') return new AgentError('login-failed', message)
  const busy = errorCode !== undefined && BUSY.has(errorCode)
  return new AgentError('login-refused', `${message}: ${errorCode ?? 'no number'} ${serverMessage ?? ''}`.trimEnd(), {
    // Only what says nothing of the agent's own account is passed on.
    ...(sqlState !== undefined && (busy || errorCode === UNKNOWN_DATABASE) ? { sqlState } : {}),
    retryable: busy,
  })
}

/** Too many connections, of all or of this account; the server goes down. Spec: server-error-reference. */
const BUSY: ReadonlySet<number> = new Set([1040, 1203, 1226, 1053])
const UNKNOWN_DATABASE = 1049
