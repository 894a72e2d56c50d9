import type { AgentConnection, AgentLimits, Secret } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import type { AgentSession, Failure, SessionOpen } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Connection } from './connection.ts'
import { cancelBackend } from './database/postgres/cancel.ts'
import type { Database } from './database/postgres/open.ts'
import { sessionSettings } from './database/postgres/settings.ts'
import { AgentError } from './errors.ts'
import { failureOf, logFields } from './failure.ts'
import type { AgentMetrics } from './metrics.ts'
import type { Relay } from './relay.ts'

/** What serving a session needs beside the session. */
export interface ServeOptions {
  /** Undefined when the agent does not offer what the gateway asks for. */
  readonly connection: Connection | undefined
  readonly hashKey: Secret | undefined
  readonly limits: AgentLimits
  readonly relay: Relay
  readonly metrics: Pick<AgentMetrics, 'opened' | 'failed'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
}

/**
 * One session from the gateway's request to its end: lease credentials, log in, relay, close. The credentials are used up by the login, and
 * given back when the session is over, whatever happened in between. Never throws.
 */
export async function serveSession(session: AgentSession, open: SessionOpen, options: ServeOptions): Promise<void> {
  const { connection, limits, relay, hashKey, metrics, clock } = options
  const begunMs = clock.monotonicMs()
  const log = options.log.child({ session: open.sessionId, connection: open.connection })
  try {
    if (connection === undefined || open.engine !== connection.config.engine) {
      throw new AgentError('unknown-connection', 'the gateway asked for a connection that is not offered')
    }
    const { database: asked, ...startup } = Object.fromEntries(open.startup)
    requireDatabase(asked, connection.config)
    const settings = sessionSettings({
      startup: new Map(Object.entries(startup)),
      floor: connection.config.floor,
      statementTimeoutMs: open.limits.statementTimeoutMs,
      subject: open.identity.subject,
      application: open.client.application,
    })
    const lease = await connection.lease(session.signal)
    try {
      const database = await connection.open(lease, settings, session.signal)
      try {
        const { method, channelBound } = database.authentication
        metrics.opened(open.connection, (clock.monotonicMs() - begunMs) / 1000)
        log.info({ method, channelBound, server: database.serverVersion }, 'session open')
        const { catalog, config } = connection
        const cancel = canceller(database, connection, limits, log)
        const ready = {
          parameters: Array.from(database.parameters, ([name, value]) => ({ name, value })),
          serverVersion: database.serverVersion,
          detail: new Uint8Array(),
          maskingCapabilities: MASKING_CAPABILITIES,
        }
        await relay({ session, connection: config, database, catalog, cancel, ready, hashKey, limits, log })
        log.info({ end: session.closed?.code }, 'session over')
      } finally {
        database.close()
      }
    } finally {
      await lease.close()
    }
  } catch (error) {
    // A name that is not of the configuration is the gateway's word, and no label.
    metrics.failed(connection?.config.name ?? '', error instanceof AgentError ? error.code : 'internal')
    log.warn(logFields(error), 'session failed')
    if (session.closed === undefined) refuse(session, failureOf(error))
  }
}

/** A client names the database or nothing; libpq puts the user's name, which is the connection's, where nothing was said. */
function requireDatabase(asked: string | undefined, { name, target }: AgentConnection): void {
  if (asked === undefined || asked === name || asked === target.database) return
  throw new AgentError('unknown-database', 'the client asked for a database that is not the one of this connection')
}

function refuse(session: AgentSession, failure: Failure): void {
  try {
    session.refuse(failure)
  } catch {
    // It was answered already, so the relay failed in the middle.
    session.control({ type: 'failed', ...failure })
    session.end()
  }
}

function canceller(
  database: Database,
  connection: Connection,
  limits: AgentLimits,
  log: Logger,
): () => Promise<boolean> {
  return async () => {
    if (database.key === undefined) {
      log.warn('the database gave no cancel key')
      return true
    }
    try {
      await cancelBackend(connection.config.target, database.key, limits.connectTimeoutMs)
      return true
    } catch (error) {
      log.warn(logFields(error), 'cancelling failed')
      return !(error instanceof AgentError) || error.code !== 'cancel-unsettled'
    }
  }
}

const MASKING_CAPABILITIES: readonly string[] = ['redact', 'null', 'partial', 'hash']
