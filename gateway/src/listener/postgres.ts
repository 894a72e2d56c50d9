import type { Socket } from 'node:net'
import type { AuditLog } from '@sallyport/audit-file'
import type { Clock } from '@sallyport/core'
import { DEFAULT_STARTUP_OPTIONS, encodeBackend, PgWireError } from '@sallyport/pg-wire'
import type { TunnelServer } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Inspector } from '../guard/postgres/inspector.ts'
import type { Metrics } from '../metrics.ts'
import { fatalError } from '../reply/postgres/refusal.ts'
import type { Runtime } from '../runtime.ts'
import { login } from '../session/postgres/login.ts'
import { Relay } from '../session/postgres/relay.ts'
import { receiveStartup } from '../session/postgres/startup.ts'
import { welcome } from '../session/postgres/welcome.ts'
import type { SessionRegistry } from '../session/registry.ts'
import { isLoopback } from './loopback.ts'

export interface PostgresService {
  readonly runtime: () => Runtime
  readonly registry: SessionRegistry
  readonly tunnel: TunnelServer
  readonly log: AuditLog
  readonly inspector: Inspector
  readonly metrics: Metrics
  readonly clock: Clock
  readonly logger: Logger
  /** The logins under way; a gateway that stops aborts them. */
  readonly logins: Set<AbortController>
}

/** Serves one connection of a PostgreSQL client from its first byte to its last. Never rejects. */
export async function servePostgres(accepted: Socket, service: PostgresService): Promise<void> {
  const { registry, runtime, metrics, logger } = service
  const source = `${accepted.remoteAddress ?? 'unknown'}:${accepted.remotePort ?? 0}`
  const place = registry.reserve()
  if (place === undefined) {
    metrics.logins.inc({ engine: 'postgres', result: 'too-many-sessions' })
    accepted.end(encodeBackend(fatalError('53300', 'the gateway has as many sessions as it may (limits.sessions)')))
    return
  }
  const deadline = new AbortController()
  const timer = setTimeout(
    () => deadline.abort(new Error('the login took too long')),
    runtime().config.limits.loginTimeoutMs,
  )
  try {
    service.logins.add(deadline)
    const relay = await begin(accepted, source, service, deadline.signal)
    service.logins.delete(deadline)
    clearTimeout(timer)
    if (relay === undefined) return
    place.enter(relay.session)
    metrics.sessions.inc({ engine: 'postgres' })
    relay.session.start()
    const reason = await relay.session.ended
    metrics.sessions.dec({ engine: 'postgres' })
    relay.revokeKey()
    logger.debug({ session: relay.session.id, reason }, 'session ended')
  } catch (error) {
    metrics.logins.inc({ engine: 'postgres', result: 'failed' })
    logger.info({ source, error: error instanceof Error ? error.message : 'unknown' }, 'login failed')
    if (error instanceof PgWireError && accepted.writable) {
      accepted.end(encodeBackend(fatalError('08P01', `protocol violation: ${error.message}`)))
    } else accepted.destroy()
  } finally {
    clearTimeout(timer)
    service.logins.delete(deadline)
    place.leave()
  }
}

async function begin(
  accepted: Socket,
  source: string,
  service: PostgresService,
  signal: AbortSignal,
): Promise<{ readonly session: Relay; readonly revokeKey: () => void } | undefined> {
  const { runtime, registry, logger, metrics } = service
  const { secureContext } = runtime()
  const client = await receiveStartup(
    accepted,
    {
      options: { ...DEFAULT_STARTUP_OPTIONS, tls: tlsFor(accepted, secureContext !== undefined) },
      secureContext: () => runtime().secureContext,
      cancel: (processId, secretKey) => registry.cancel(processId, secretKey),
      violation: (reason) => logger.info({ source, reason }, 'protocol violation'),
    },
    signal,
  )
  if (client === undefined) return undefined
  const loggedIn = await login(client, { ...service, source }, signal)
  metrics.logins.inc({ engine: 'postgres', result: loggedIn === undefined ? 'refused' : 'ok' })
  if (loggedIn === undefined) return undefined
  // The socket may have closed while the agent logged in; then nobody would notice later.
  if (client.socket.destroyed) {
    loggedIn.tunnel.destroy({ code: 'aborted', message: 'the client left during its login' })
    return undefined
  }
  const session = new Relay({ ...service, socket: client.socket, login: loggedIn, rest: client.rest })
  const key = registry.issueKey(client.request.minor === 0 ? 4 : LONG_KEY_BYTES, () => session.cancel())
  client.socket.write(welcome(loggedIn.tunnel.ready, key))
  return { session, revokeKey: key.revoke }
}

/** A password crosses the network encrypted, or not at all. */
function tlsFor(socket: Socket, available: boolean): 'required' | 'optional' | 'none' {
  if (!available) return 'none'
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(socket.localAddress ?? '') ? 'optional' : 'required'
}

/** Protocol 3.2 allows 4 to 256 bytes; this cannot be guessed. */
const LONG_KEY_BYTES = 32
