import type { AgentConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import type { AgentSession, SessionOpen, TunnelClient } from '@sallyport/tunnel'
import type { Logger } from 'pino'
import { type Connection, createConnection } from './connection.ts'
import { AgentError } from './errors.ts'
import { failureOf, logFields } from './failure.ts'
import { type HttpServer, listenHttp } from './http.ts'
import { createMetrics } from './metrics.ts'
import { LearnedServers } from './learned-servers.ts'
import type { Relays } from './relay.ts'
import { serveSession } from './serve.ts'
import { offers, openTunnel, sameTunnel } from './tunnel.ts'

/** What an agent is given beside its configuration. */
export interface AgentPort {
  readonly logger: Logger
  readonly clock: Clock
  /** Carry the sessions. */
  readonly relays: Relays
  /** Where `env` credentials are looked up. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
}

/** An agent at work. */
export interface RunningAgent {
  /** Sessions open or opening. */
  readonly sessions: () => number
  /** How many gateways it is attached to. */
  readonly attached: () => number
  /** Where `/healthz`, `/readyz` and `/metrics` are; undefined when nothing is to listen. */
  readonly http: { readonly host: string; readonly port: number } | undefined
  /** From now on sessions open as this configuration says; those that are open go on as they are. */
  readonly reload: (config: AgentConfig) => void
  /** Takes no new session, lets those that are open finish for the configured time, and ends. */
  readonly close: () => Promise<void>
}

/** Builds the agent from its configuration and sets it to work. Throws TunnelError for a gateway's address that is not safe. Rejects when `http` cannot be listened on. */
export async function runAgent(initial: AgentConfig, port: AgentPort): Promise<RunningAgent> {
  const { logger, clock, relays, environment } = port
  const serving = new Set<Promise<void>>()
  let config = initial
  let connections = createConnections(config)
  const attached = (): number => tunnel.links().filter(({ state }) => state === 'attached').length
  const metrics = createMetrics({ sessions: () => serving.size, attached })
  const servers = new LearnedServers({ log: logger, onChange: () => tunnel.announce(offersNow()) })
  let tunnel = open()
  servers.ask(connections.values())
  const http = await openHttp()
  /** Tunnels of earlier configurations that let their sessions finish. */
  const draining = new Set<Promise<void>>()

  function unread(connection: string, error: unknown): void {
    logger.warn({ connection, ...logFields(error) }, 'the code of users in the database could not be read')
  }

  function createConnections(of: AgentConfig): ReadonlyMap<string, Connection> {
    return new Map(
      of.connections.map((each) => [each.name, createConnection(each, of.limits, clock, environment, unread)]),
    )
  }

  function open(): TunnelClient {
    return openTunnel(config, { onSession: serve, learned: (name) => servers.capabilities(name), clock, log: logger })
  }

  function offersNow(): ReturnType<typeof offers> {
    return offers(config, (name) => servers.capabilities(name))
  }

  async function openHttp(): Promise<HttpServer | undefined> {
    if (config.http === undefined) return undefined
    try {
      return await listenHttp(config.http, { attached, metrics })
    } catch (error) {
      servers.close()
      await tunnel.close()
      throw error
    }
  }

  function serve(session: AgentSession, request: SessionOpen): void {
    if (serving.size >= config.limits.sessions) {
      session.refuse(failureOf(new AgentError('too-many-sessions', `${serving.size} sessions are open`)))
      return
    }
    const connection = connections.get(request.connection)
    const { limits, masking } = config
    const served = serveSession(session, request, {
      connection,
      hashKey: masking.hashKey,
      limits,
      relays,
      metrics,
      clock,
      log: logger,
      onLearned: (name, server) => servers.learned(name, server),
    })
    serving.add(served)
    void served.finally(() => serving.delete(served))
  }

  function drain(old: TunnelClient): void {
    const drained = old.close({ drainMs: config.limits.drainTimeoutMs }).finally(() => draining.delete(drained))
    draining.add(drained)
  }

  return {
    sessions: () => serving.size,
    attached,
    http: http?.address,
    reload: (next) => {
      const built = createConnections(next)
      const previous = config
      if (next.http?.host !== previous.http?.host || next.http?.port !== previous.http?.port) {
        logger.warn('the address of the HTTP server changes with the next start')
      }
      config = next
      connections = built
      if (sameTunnel(previous, next)) {
        tunnel.announce(offersNow())
        servers.ask(connections.values())
        return
      }
      const old = tunnel
      try {
        tunnel = open()
      } catch (error) {
        config = previous
        connections = createConnections(previous)
        throw error
      }
      drain(old)
      servers.ask(connections.values())
    },
    close: async () => {
      servers.close()
      await Promise.all([tunnel.close({ drainMs: config.limits.drainTimeoutMs }), ...draining])
      await Promise.all(serving)
      await http?.close()
    },
  }
}
