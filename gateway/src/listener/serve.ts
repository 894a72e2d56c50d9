import type { Socket } from 'node:net'
import type { AuditLog } from '@sallyport/audit-file'
import type { GatewayConnection } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import type { TunnelServer } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import type { Runtime } from '../runtime.ts'
import type { Login, Logins } from '../session/logins.ts'
import type { SessionRegistry, Taken } from '../session/registry.ts'
import type { Relay } from '../session/relay.ts'
import { isLoopback } from './loopback.ts'

/** What serving a client takes, whatever protocol it speaks. */
export interface Service {
  readonly runtime: () => Runtime
  readonly registry: SessionRegistry
  readonly tunnel: TunnelServer
  readonly log: AuditLog
  readonly metrics: Metrics
  readonly clock: Clock
  readonly logger: Logger
  /** The logins under way; a gateway that stops aborts them. */
  readonly logins: Logins
}

/** A connection until it is a session. */
export interface Caller {
  readonly source: string
  /** Aborts when the login takes too long, or has to give way. */
  readonly signal: AbortSignal
  /** It is known who comes: takes a place among the sessions. */
  readonly admit: (subject: string) => Taken
}

/** What is an engine's own in serving a client. */
export interface Front {
  readonly engine: GatewayConnection['engine']
  /** From the first byte to a session that is ready, and the client told so; undefined when there is none, and the client was told why. */
  readonly begin: (accepted: Socket, caller: Caller) => Promise<ReadySession | undefined>
  /** The last message for a client whose login failed; undefined where there is no way to say it. */
  readonly broken: (error: unknown) => Uint8Array | undefined
}

export interface ReadySession {
  readonly session: Relay
  /** The session is over. */
  readonly leave: () => void
}

/** Serves one connection of a client from its first byte to its last. Never rejects. */
export async function serve(accepted: Socket, service: Service, front: Front): Promise<void> {
  const { registry, runtime, metrics, logger } = service
  const { engine } = front
  const source = `${accepted.remoteAddress ?? 'unknown'}:${accepted.remotePort ?? 0}`
  const place = registry.place()
  const login = service.logins.enter(accepted)
  const { signal } = login
  const timer = setTimeout(
    () => login.abort(new Error('the login took too long')),
    runtime().config.limits.loginTimeoutMs,
  )
  const admit = (subject: string): Taken => {
    const taken = place.take(subject)
    if (taken === 'taken') login.admitted()
    return taken
  }
  try {
    const ready = await front.begin(accepted, { source, signal, admit })
    login.ended()
    clearTimeout(timer)
    if (ready === undefined) return
    const { session, leave } = ready
    place.enter(session)
    metrics.sessions.inc({ engine })
    session.start()
    const reason = await session.ended
    metrics.sessions.dec({ engine })
    leave()
    logger.debug({ session: session.id, reason }, 'session ended')
  } catch (error) {
    fail(login, error, { ...service, source, engine })
    const last = accepted.writable ? front.broken(error) : undefined
    if (last === undefined) accepted.destroy()
    else accepted.end(last)
  } finally {
    clearTimeout(timer)
    login.ended()
    place.leave()
    // Whoever keeps its end open would keep ours.
    if (!accepted.destroyed) setTimeout(() => accepted.destroy(), LINGER_MS).unref()
  }
}

function fail(
  { gaveWay }: Login,
  error: unknown,
  { metrics, logger, source, engine }: Pick<Service, 'metrics' | 'logger'> & Pick<Front, 'engine'> & { source: string },
): void {
  metrics.logins.inc({ engine, result: gaveWay ? 'gave-way' : 'failed' })
  // A flood of connections is no flood of the log.
  const level = gaveWay ? 'debug' : 'info'
  logger[level]({ source, error: error instanceof Error ? error.message : 'unknown' }, 'login failed')
}

/** Whether TLS is asked of a client: a password crosses the network encrypted, or not at all. */
export function tlsFor(socket: Socket, available: boolean): 'required' | 'optional' | 'none' {
  if (!available) return 'none'
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(socket.localAddress ?? '') ? 'optional' : 'required'
}

/** How long a client may take to read its last message. */
const LINGER_MS = 2000
