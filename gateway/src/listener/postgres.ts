import type { Socket } from 'node:net'
import { DEFAULT_STARTUP_OPTIONS, encodeBackend, PgWireError } from '@sallyport/pg-wire'
import type { Inspector } from '../guard/postgres/inspector.ts'
import { fatalError } from '../reply/postgres/refusal.ts'
import { login } from '../session/login.ts'
import { loginRequest } from '../session/postgres/login.ts'
import { openPostgres } from '../session/postgres/relay.ts'
import { receiveStartup } from '../session/postgres/startup.ts'
import { welcome } from '../session/postgres/welcome.ts'
import { Relay } from '../session/relay.ts'
import { serve, tlsFor, type Caller, type ReadySession, type Service } from './serve.ts'

export interface PostgresService extends Service {
  readonly inspector: Inspector
}

/** Serves one connection of a PostgreSQL client from its first byte to its last. Never rejects. */
export function servePostgres(accepted: Socket, service: PostgresService): Promise<void> {
  return serve(accepted, service, {
    engine: 'postgres',
    begin: (socket, caller) => begin(socket, caller, service),
    broken: (error) =>
      error instanceof PgWireError
        ? encodeBackend(fatalError('08P01', `protocol violation: ${error.message}`))
        : undefined,
  })
}

async function begin(accepted: Socket, caller: Caller, service: PostgresService): Promise<ReadySession | undefined> {
  const { runtime, registry, logger, metrics, inspector } = service
  const { source, signal } = caller
  const client = await receiveStartup(
    accepted,
    {
      options: { ...DEFAULT_STARTUP_OPTIONS, tls: tlsFor(accepted, runtime().secureContext !== undefined) },
      secureContext: () => runtime().secureContext,
      cancel: (processId, secretKey) => registry.cancel(processId, secretKey),
      violation: (reason) => logger.info({ source, reason }, 'protocol violation'),
    },
    signal,
  )
  if (client === undefined) return undefined
  const loggedIn = await login(loginRequest(client), { ...service, ...caller }, signal)
  metrics.logins.inc({ engine: 'postgres', result: loggedIn === undefined ? 'refused' : 'ok' })
  if (loggedIn === undefined) return undefined
  const { socket, rest, request } = client
  // The socket may have closed while the agent logged in; then nobody would notice later.
  if (socket.destroyed) {
    loggedIn.tunnel.destroy({ code: 'aborted', message: 'the client left during its login' })
    return undefined
  }
  const session = new Relay({ ...service, socket, login: loggedIn, rest }, (seat) => openPostgres(seat, inspector))
  const key = registry.issueKey(request.minor === 0 ? 4 : LONG_KEY_BYTES, () => session.cancel())
  socket.write(welcome(loggedIn.tunnel.ready, key))
  return { session, leave: key.revoke }
}

/** Protocol 3.2 allows 4 to 256 bytes; this cannot be guessed. */
const LONG_KEY_BYTES = 32
