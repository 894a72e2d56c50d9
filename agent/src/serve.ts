import type { AgentLimits, Secret } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import type { AgentSession, Failure, SessionOpen } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import type { Connection } from './connection.ts'
import type { Lease } from './credentials/source.ts'
import type { ServerFacts } from './database/mysql/server-facts.ts'
import { AgentError } from './errors.ts'
import { failureOf, logFields } from './failure.ts'
import type { AgentMetrics } from './metrics.ts'
import type { Relays } from './relay.ts'
import { openMysqlSession } from './session/mysql/open-session.ts'
import { openPostgresSession } from './session/postgres/open-session.ts'

/** What serving a session needs beside the session. */
export interface ServeOptions {
  /** Undefined when the agent does not offer what the gateway asks for. */
  readonly connection: Connection | undefined
  readonly hashKey: Secret | undefined
  readonly limits: AgentLimits
  readonly relays: Relays
  readonly metrics: Pick<AgentMetrics, 'opened' | 'failed'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Logger
  /** A session has shown what its server says of itself. */
  readonly onLearned: (connection: string, server: ServerFacts) => void
}

/** What opening a session of either engine is given. */
export interface SessionOpening extends Pick<ServeOptions, 'hashKey' | 'limits' | 'relays' | 'log'> {
  readonly session: AgentSession
  readonly open: SessionOpen
  readonly lease: Lease
  /** Logs what went wrong where nobody can be told. */
  readonly logFailure: (what: string) => (error: unknown) => void
}

/** A session that is logged in to its database. */
export interface StartedSession {
  /** For the log. */
  readonly facts: Readonly<Record<string, unknown>>
  /** See `Relay`. */
  readonly relay: () => Promise<void>
  /** Ends the database's session. */
  readonly close: () => void
  /** MySQL: what the server says of itself. */
  readonly server?: ServerFacts
}

/**
 * One session from the gateway's request to its end: lease credentials, log in, relay, close. The credentials are used up by the login, and
 * given back when the session is over, whatever happened in between. Never throws.
 */
export async function serveSession(session: AgentSession, open: SessionOpen, options: ServeOptions): Promise<void> {
  const { connection, metrics, clock } = options
  const begunMs = clock.monotonicMs()
  const log = options.log.child({ session: open.sessionId, connection: open.connection })
  const logFailure = (what: string) => (error: unknown) => log.warn(logFields(error), what)
  try {
    if (connection === undefined || open.engine !== connection.engine) {
      throw new AgentError('unknown-connection', 'the gateway asked for a connection that is not offered')
    }
    const lease = await connection.lease(session.signal)
    try {
      const started = await openSession(connection, { ...options, session, open, lease, log, logFailure })
      try {
        metrics.opened(open.connection, (clock.monotonicMs() - begunMs) / 1000)
        log.info(started.facts, 'session open')
        if (started.server !== undefined) options.onLearned(open.connection, started.server)
        await started.relay()
        log.info({ end: session.closed?.code }, 'session over')
      } finally {
        started.close()
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

function openSession(connection: Connection, opening: SessionOpening): Promise<StartedSession> {
  return connection.engine === 'postgres'
    ? openPostgresSession(connection, opening)
    : openMysqlSession(connection, opening)
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

/** The strategies that the agent masks by. */
export const MASKING_CAPABILITIES: readonly string[] = ['redact', 'null', 'partial', 'hash']
