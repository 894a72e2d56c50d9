import type { Socket } from 'node:net'
import { type BackendKey, encodeFrontend, type LoginMethod } from '@sallyport/pg-wire'
import type { Lease } from '../../credentials/source.ts'
import { AgentError } from '../../errors.ts'
import { closing } from '../close.ts'
import { dial } from './dial.ts'
import { type LoggedInConnection, logIn } from './login.ts'
import { runQueries, type TextRow } from './query.ts'
import { isLocal, type DatabaseTarget } from '../target.ts'

/** A session with a database, logged in and idle; whoever has it owns it. */
export interface Database {
  /** Paused; the owner attaches its handlers. */
  readonly socket: Socket
  /** Bytes of the server that were read behind ReadyForQuery; they come before whatever the socket gives. */
  readonly leftover: Uint8Array
  /** What the server reported, in its order. */
  readonly parameters: ReadonlyMap<string, string>
  readonly serverVersion: string
  /** The schemas in which the session looks for names, in order, `pg_catalog` included. */
  readonly searchPath: readonly string[]
  /** Undefined where the server gave none: nothing can be cancelled then. */
  readonly key: BackendKey | undefined
  /** How the login was proved, and whether it was bound to the TLS connection. */
  readonly authentication: { readonly method: LoginMethod; readonly channelBound: boolean }
  /** The minor version of protocol 3 that is spoken. */
  readonly minor: 0 | 2
  /** Ends the session: Terminate, and then the socket. Does nothing the second time. */
  readonly close: () => void
}

export interface OpenOptions {
  readonly target: DatabaseTarget
  readonly lease: Pick<Lease, 'user' | 'password'>
  /** See `sessionSettings`. */
  readonly settings: ReadonlyMap<string, string>
  /** Address, TLS and login together. */
  readonly timeoutMs: number
}

/**
 * Opens a session with a database: connects, upgrades to TLS as the target demands, logs in. The password is used up. Throws AgentError;
 * whatever was opened is closed then.
 */
export async function openDatabase(options: OpenOptions, signal: AbortSignal): Promise<Database> {
  const password = options.lease.password?.take()
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const either = AbortSignal.any([signal, deadline])
  try {
    const connection = await attempt(options, password, 2, either).catch((error: unknown) => {
      // A pooler that knows no newer version refuses it outright, where a server negotiates.
      const old = error instanceof AgentError && error.code === 'login-refused' && VERSION_REFUSED.has(error.sqlState)
      if (!old) throw error
      return attempt(options, password, 0, either)
    })
    return await settle(connection, options.settings)
  } catch (error) {
    if (signal.aborted) throw new AgentError('database-aborted', 'the session ended first', { cause: error })
    if (deadline.aborted) {
      throw new AgentError('database-timeout', `opening the database took more than ${options.timeoutMs} ms`, {
        cause: error,
      })
    }
    throw error
  }
}

async function attempt(
  { target, lease, settings }: OpenOptions,
  password: string | undefined,
  minor: 0 | 2,
  signal: AbortSignal,
): Promise<LoggedInConnection> {
  const dialled = await dial(target, signal)
  try {
    const { user } = lease
    const { database } = target
    return await logIn(dialled, { user, password, database, settings, minor, local: isLocal(target) }, signal)
  } catch (error) {
    dialled.socket.destroy()
    throw error
  }
}

/** Checks that the session keeps what it rests on, and learns where it looks for names. */
async function settle(connection: LoggedInConnection, settings: ReadonlyMap<string, string>): Promise<Database> {
  const { socket, login, messages } = connection
  try {
    let row: TextRow = []
    const ask = { text: SESSION_QUERY, onRow: (found: TextRow) => void (row = found) }
    await runQueries(connection, [ask], { maxRows: 1, maxBytes: MAX_PATH_BYTES })
    const [searchPath = '', ...kept] = row
    PINNED.forEach((name, index) => {
      if (settings.has(name) && settings.get(name) !== kept[index]) {
        throw new AgentError('settings-not-kept', `the database did not keep the setting ${name}`)
      }
    })
    return {
      socket,
      leftover: messages.leftover(),
      parameters: login.parameters,
      serverVersion: login.parameters.get('server_version') ?? '',
      searchPath: JSON.parse(searchPath) as readonly string[],
      key: login.key,
      authentication: { method: login.method, channelBound: login.channelBound },
      minor: login.minor,
      close: closing(socket, encodeFrontend({ type: 'Terminate' })),
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/**
 * Makes the server look every second whether this agent is still there, so that what runs ends also when the agent dies without a word.
 * Servers before 14 do not know the setting, and only those on Linux are sure to accept it.
 */
function watchClient(): string {
  const setting = `'client_connection_check_interval'`
  return `CASE WHEN pg_catalog.current_setting(${setting}, true) IS NOT NULL AND pg_catalog.version() ~ 'linux' THEN pg_catalog.set_config(${setting}, '${CLIENT_CHECK_MS}', false) END`
}

const CLIENT_CHECK_MS = 1000
/** Settings that the session rests on; SESSION_QUERY asks for them in this order. */
const PINNED = ['client_encoding', 'standard_conforming_strings', 'default_transaction_read_only'] as const
const SESSION_QUERY = `SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(true)), ${PINNED.map((name) => `pg_catalog.current_setting('${name}')`).join(', ')}, ${watchClient()}`
const MAX_PATH_BYTES = 64 * 1024
const VERSION_REFUSED: ReadonlySet<string> = new Set(['08P01', '0A000'])
