import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  CLIENT,
  DEFAULT_STARTUP_OPTIONS,
  spoken,
  commonCapabilities,
  type Greeting,
  type StartupOptions,
} from '@sallyport/mysql-wire'
import { isSafeMysqlCharacterSet } from '@sallyport/sql'
import type { MysqlInspector } from '../guard/mysql/inspector.ts'
import type { KillRequest } from '../guard/mysql/kill.ts'
import { errorPacket, loginRefusal } from '../reply/mysql/refusal.ts'
import { login, type LoggedInClient } from '../session/login.ts'
import { clientLayer } from '../session/mysql/compression.ts'
import type { LearnedServers } from '../session/mysql/learned-servers.ts'
import { loginRequest, sessionCapabilities } from '../session/mysql/login.ts'
import { openMysql } from '../session/mysql/relay.ts'
import { SessionSettings } from '../session/mysql/session-settings.ts'
import { receiveStartup, type StartedClient } from '../session/mysql/startup.ts'
import type { Threads } from '../session/mysql/threads.ts'
import { Relay } from '../session/relay.ts'
import { serve, tlsFor, type Caller, type ReadySession, type Service } from './serve.ts'

export interface MysqlService extends Service {
  readonly inspector: MysqlInspector
  readonly servers: LearnedServers
  readonly threads: Threads
  /** The key under which a password is taken without TLS, on loopback alone. */
  readonly rsa: NonNullable<StartupOptions['rsa']>
}

/** Serves one connection of a MySQL or MariaDB client from its first byte to its last. Never rejects. */
export function serveMysql(accepted: Socket, service: MysqlService): Promise<void> {
  return serve(accepted, service, {
    engine: 'mysql',
    begin: (socket, caller) => begin(socket, caller, service),
    // The startup machine has said what there is to say.
    broken: () => undefined,
  })
}

async function begin(accepted: Socket, caller: Caller, service: MysqlService): Promise<ReadySession | undefined> {
  const { threads } = service
  const id = threads.issue()
  let ready: ReadySession | undefined
  try {
    ready = await beginAs(id, accepted, caller, service)
    return ready
  } finally {
    if (ready === undefined) threads.release(id)
  }
}

async function beginAs(
  id: number,
  accepted: Socket,
  caller: Caller,
  service: MysqlService,
): Promise<ReadySession | undefined> {
  const { runtime, logger, metrics, threads, inspector, rsa } = service
  const { source, signal } = caller
  const tls = tlsFor(accepted, runtime().secureContext !== undefined)
  const client = await receiveStartup(
    accepted,
    {
      greeting: greeting(id, service),
      options: { ...DEFAULT_STARTUP_OPTIONS, tls, rsa: tls === 'required' ? undefined : rsa },
      secureContext: () => runtime().secureContext,
      violation: (reason) => logger.info({ source, reason }, 'protocol violation'),
    },
    signal,
  )
  if (client === undefined) return undefined
  const connection = runtime().connections.get(client.request.user)
  const loggedIn = await login(loginRequest(client, connection), { ...service, ...caller }, signal)
  const refused = loggedIn === undefined || !isReadable(client, loggedIn)
  metrics.logins.inc({ engine: 'mysql', result: refused ? 'refused' : 'ok' })
  if (refused) return undefined
  const { socket, rest, request } = client
  // The socket may have closed while the agent logged in; then nobody would notice later.
  if (socket.destroyed) {
    loggedIn.tunnel.destroy({ code: 'aborted', message: 'the client left during its login' })
    return undefined
  }
  const { ready } = loggedIn.tunnel
  const session: Relay = new Relay({ ...service, socket, login: loggedIn, rest }, (seat) =>
    openMysql(seat, {
      inspector,
      capabilities: sessionCapabilities(request.capabilities, loggedIn.connection),
      settings: new SessionSettings(ready),
      layer: clientLayer(request.compression, seat.limits.messageBytes),
      kill: (asked) => killer(asked, session, threads),
    }),
  )
  threads.enter(id, { session, serverId: numberOf(parameter(loggedIn, 'thread_id')) })
  const state = parameter(loggedIn, 'session_state')
  client.welcome(
    numberOf(parameter(loggedIn, 'status')) ?? 0,
    state === undefined ? undefined : Buffer.from(state, 'hex'),
  )
  return { session, leave: () => threads.release(id) }
}

/** The session's character set must be one whose ASCII is ASCII: in others a quote can hide in a letter. */
function isReadable(client: StartedClient, { tunnel }: LoggedInClient): boolean {
  const characterSet = tunnel.ready.parameters.find(({ name }) => name === 'character_set_client')?.value ?? ''
  if (isSafeMysqlCharacterSet(characterSet)) return true
  const message = `the character set ${characterSet || 'of the session'} cannot be read safely.`
  const hint = 'Connect with utf8mb4.'
  client.refuse(
    errorPacket(loginRefusal({ reason: 'character-set', sqlState: '42000', message, detail: undefined, hint })),
  )
  tunnel.destroy({ code: 'aborted', message: 'the character set of the client is refused' })
  return false
}

function killer({ what, id }: KillRequest, asker: Relay, threads: Threads): (() => void) | undefined {
  const session = id === undefined ? undefined : threads.find(id, asker)
  if (session === undefined) return undefined
  return () => (what === 'query' ? session.cancel() : session.kill('owner'))
}

/** What the first packet says: what all MySQL servers of this gateway have in common. */
function greeting(connectionId: number, { runtime, servers, tunnel }: MysqlService): Greeting {
  const { config } = runtime()
  for (const agent of tunnel.agents()) servers.learn(agent)
  const connections = config.connections.filter(({ engine }) => engine === 'mysql')
  const look = servers.common(connections, config.mysql.serverVersion)
  const ours = spoken({
    localFiles: connections.some(({ allowLocalInfile }) => allowLocalInfile),
    tls: false,
    compression: { zlib: true, zstd: true },
  })
  const { flags, extended } = commonCapabilities(
    { ...look.capabilities, flags: look.capabilities.flags | ENDS_HERE },
    ours,
  )
  return {
    serverVersion: asGreeted(look.version),
    connectionId,
    capabilities: { flags, extended },
    characterSet: look.collation,
    nonce: nonce(),
  }
}

/** MariaDB 10 says that it is 5.5.5, for replicas of old; its clients expect that. */
function asGreeted(version: string): string {
  return /^10\..*mariadb/i.test(version) ? `5.5.5-${version}` : version
}

/** 20 bytes, none of them 0 or '$', which end things in some clients. */
function nonce(): Uint8Array {
  return Uint8Array.from({ length: 20 }, () => {
    const byte = randomInt(1, 127)
    return byte === 0x24 ? 0x25 : byte
  })
}

function parameter({ tunnel }: LoggedInClient, name: string): string | undefined {
  return tunnel.ready.parameters.find((one) => one.name === name)?.value
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

/** Capabilities that are between the client and the gateway alone, whatever the server has. */
const ENDS_HERE =
  CLIENT.COMPRESS |
  CLIENT.ZSTD_COMPRESSION_ALGORITHM |
  CLIENT.CONNECT_ATTRS |
  CLIENT.PLUGIN_AUTH |
  CLIENT.PLUGIN_AUTH_LENENC_CLIENT_DATA
