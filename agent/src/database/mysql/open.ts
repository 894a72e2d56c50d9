import type { Socket } from 'node:net'
import { type Capabilities, encodeFrontend, type LoginMethod } from '@sallyport/mysql-wire'
import type { Lease } from '../../credentials/source.ts'
import { AgentError } from '../../errors.ts'
import { closing } from '../close.ts'
import type { DatabaseTarget } from '../target.ts'
import { type LoggedInConnection, logIn } from './login.ts'
import { type OwnConnection, ownConnection } from './query.ts'
import type { ServerFacts } from './server-facts.ts'
import { checkCapabilities, type SessionSettings } from './settings.ts'
import { pinSession, type SessionVariables } from './variables.ts'

/** A session with a database, logged in and idle; whoever has it owns it. */
export interface MysqlDatabase {
  /** Paused; the owner attaches its handlers. */
  readonly socket: Socket
  /** Bytes of the server that were read behind its last reply; they come before whatever the socket gives. */
  readonly leftover: Uint8Array
  /** What the session speaks. */
  readonly capabilities: Capabilities
  readonly server: ServerFacts
  readonly variables: SessionVariables
  /** Statements that give the session what it rests on; to be run again when its settings were reset. */
  readonly pins: readonly string[]
  /** The limit of one statement; 0 is none. The server's own does not cover every statement. */
  readonly statementTimeoutMs: number
  /** What the server said of the session with the OK of its login, undecoded; undefined for nothing. */
  readonly sessionState: Uint8Array | undefined
  /** How the login was proved. */
  readonly method: LoginMethod
  /** Ends the session: COM_QUIT, and then the socket. Does nothing the second time. */
  readonly close: () => void
}

export interface OpenOptions {
  readonly target: DatabaseTarget
  readonly lease: Pick<Lease, 'user' | 'password'>
  readonly settings: SessionSettings
  /** Address, TLS and login together. */
  readonly timeoutMs: number
}

/**
 * Opens a session with a database: connects, upgrades to TLS as the target demands, logs in, gives the session the settings it rests on. The
 * password is used up. Throws AgentError; whatever was opened is closed then.
 */
export async function openMysql(options: OpenOptions, signal: AbortSignal): Promise<MysqlDatabase> {
  return within(options, signal, async (connection) => {
    const { settings } = options
    const { socket, login, server, packets } = connection
    checkCapabilities(settings, login.capabilities, server)
    const own = ownConnection(connection)
    const { variables, pins } = await pinSession(own, settings, server)
    return {
      socket,
      leftover: packets.leftover(),
      capabilities: login.capabilities,
      server,
      variables: { ...variables, status: own.conversation.status },
      pins,
      statementTimeoutMs: settings.statementTimeoutMs,
      sessionState: login.sessionState,
      method: login.method,
      close: closing(socket, QUIT),
    }
  })
}

/** Opens a connection for statements of the agent's own, lets `use` run them, and closes it. Throws as {@link openMysql}, and what `use` throws. */
export async function withMysql<T>(
  options: OpenOptions,
  signal: AbortSignal,
  use: (connection: OwnConnection, server: ServerFacts) => Promise<T>,
): Promise<T> {
  return within(options, signal, async (connection) => {
    try {
      return await use(ownConnection(connection), connection.server)
    } finally {
      closing(connection.socket, QUIT)()
    }
  })
}

async function within<T>(
  { target, lease, settings, timeoutMs }: OpenOptions,
  signal: AbortSignal,
  use: (connection: LoggedInConnection) => Promise<T>,
): Promise<T> {
  const password = lease.password?.take()
  const deadline = AbortSignal.timeout(timeoutMs)
  let connection: LoggedInConnection | undefined
  try {
    connection = await logIn(target, { user: lease.user, password, ...settings }, AbortSignal.any([signal, deadline]))
    return await use(connection)
  } catch (error) {
    connection?.socket.destroy()
    if (signal.aborted) throw new AgentError('database-aborted', 'the session ended first', { cause: error })
    if (deadline.aborted) {
      throw new AgentError('database-timeout', `work with the database took more than ${timeoutMs} ms`, {
        cause: error,
      })
    }
    throw error
  }
}

const QUIT = encodeFrontend(
  { type: 'COM_QUIT' },
  { capabilities: { flags: 0, extended: 0 }, shapeFor: () => undefined },
)
