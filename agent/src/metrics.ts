import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AgentErrorCode } from './errors.ts'

/** What the agent counts. Labels are names of the configuration and codes, never anything of a user or a statement. */
export interface AgentMetrics {
  /** A session was logged in to its database; `seconds` from the gateway's request on. */
  readonly opened: (connection: string, seconds: number) => void
  readonly failed: (connection: string, code: AgentErrorCode | 'internal') => void
  /** Everything in the text format of Prometheus. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** `observe` answers the current numbers whenever they are asked for. */
export function createMetrics(observe: {
  readonly sessions: () => number
  readonly attached: () => number
}): AgentMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const opened = new Histogram({
    name: 'sallyport_agent_session_open_seconds',
    help: 'From the request for a session to its login.',
    labelNames: ['connection'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const failed = new Counter({
    name: 'sallyport_agent_sessions_failed_total',
    help: 'Sessions that could not be opened, or that failed, by code.',
    labelNames: ['connection', 'code'],
    registers,
  })
  gauge('sallyport_agent_sessions', 'Sessions open or opening.', observe.sessions)
  gauge('sallyport_agent_gateways_attached', 'Gateways that the agent is attached to.', observe.attached)

  function gauge(name: string, help: string, value: () => number): Gauge {
    return new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }

  return {
    opened: (connection, seconds) => opened.observe({ connection }, seconds),
    failed: (connection, code) => failed.inc({ connection, code }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
