import type { Socket } from 'node:net'
import type { AuditLog } from '@sallyport/audit-file'
import type { GatewayConnection } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import type { TunnelServer } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import type { Runtime } from '../runtime.ts'
import type { SessionRegistry } from '../session/registry.ts'
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
  readonly logins: Set<AbortController>
}

/** What is an engine's own in serving a client. */
export interface Front {
  readonly engine: GatewayConnection['engine']
  /** What a client gets for whom there is no place. */
  readonly full: () => Uint8Array
  /** From the first byte to a session that is ready, and the client told so; undefined when there is none, and the client was told why. */
  readonly begin: (accepted: Socket, source: string, signal: AbortSignal) => Promise<ReadySession | undefined>
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
  const place = registry.reserve()
  if (place === undefined) {
    metrics.logins.inc({ engine, result: 'too-many-sessions' })
    accepted.end(front.full())
    return
  }
  const deadline = new AbortController()
  const timer = setTimeout(
    () => deadline.abort(new Error('the login took too long')),
    runtime().config.limits.loginTimeoutMs,
  )
  try {
    service.logins.add(deadline)
    const ready = await front.begin(accepted, source, deadline.signal)
    service.logins.delete(deadline)
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
    metrics.logins.inc({ engine, result: 'failed' })
    logger.info({ source, error: error instanceof Error ? error.message : 'unknown' }, 'login failed')
    const last = accepted.writable ? front.broken(error) : undefined
    if (last === undefined) accepted.destroy()
    else accepted.end(last)
  } finally {
    clearTimeout(timer)
    service.logins.delete(deadline)
    place.leave()
  }
}

/** Whether TLS is asked of a client: a password crosses the network encrypted, or not at all. */
export function tlsFor(socket: Socket, available: boolean): 'required' | 'optional' | 'none' {
  if (!available) return 'none'
  return isLoopback(socket.remoteAddress ?? '') && isLoopback(socket.localAddress ?? '') ? 'optional' : 'required'
}
