import type { Outcome } from '@sallyport/audit'
import type { Action } from '@sallyport/core'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** Every metric of a gateway, in a registry of its own. Labels are names from the configuration, never values from traffic. */
export interface Metrics {
  readonly registry: Registry
  readonly sessions: Gauge<'engine'>
  readonly logins: Counter<'engine' | 'result'>
  readonly statements: Counter<'connection' | 'verdict'>
  readonly gateSeconds: Histogram
  readonly outcomes: Counter<'connection' | 'outcome'>
  readonly auditUnavailable: Counter
  readonly agents: Gauge<'agent'>
}

/** The counters of one session's connection, found once: looking labels up costs more than counting. */
export interface ConnectionMetrics {
  readonly judged: (verdict: Action, elapsedMs: number) => void
  readonly ended: (outcome: Outcome) => void
}

export function connectionMetrics(
  { statements, outcomes, gateSeconds }: Metrics,
  connection: string,
): ConnectionMetrics {
  const verdicts = new Map<Action, { inc: () => void }>()
  const ends = new Map<Outcome, { inc: () => void }>()
  return {
    judged: (verdict, elapsedMs) => {
      let counter = verdicts.get(verdict)
      if (counter === undefined) verdicts.set(verdict, (counter = statements.labels({ connection, verdict })))
      counter.inc()
      gateSeconds.observe(elapsedMs / 1000)
    },
    ended: (outcome) => {
      let counter = ends.get(outcome)
      if (counter === undefined) ends.set(outcome, (counter = outcomes.labels({ connection, outcome })))
      counter.inc()
    },
  }
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'sallyport_' })
  return {
    registry,
    sessions: new Gauge({
      name: 'sallyport_sessions',
      help: 'Open client sessions',
      labelNames: ['engine'],
      registers,
    }),
    logins: new Counter({
      name: 'sallyport_logins_total',
      help: 'Logins by result: ok, or the reason for the refusal',
      labelNames: ['engine', 'result'],
      registers,
    }),
    statements: new Counter({
      name: 'sallyport_statements_total',
      help: 'Statements judged, by connection and verdict',
      labelNames: ['connection', 'verdict'],
      registers,
    }),
    gateSeconds: new Histogram({
      name: 'sallyport_gate_seconds',
      help: 'Time to inspect, decide and record one message, without waiting for the disk',
      buckets: [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 1],
      registers,
    }),
    outcomes: new Counter({
      name: 'sallyport_outcomes_total',
      help: 'Statements ended, by connection and outcome',
      labelNames: ['connection', 'outcome'],
      registers,
    }),
    auditUnavailable: new Counter({
      name: 'sallyport_audit_refusals_total',
      help: 'Statements refused because the audit log could not be written',
      registers,
    }),
    agents: new Gauge({ name: 'sallyport_agents', help: 'Attached agents by name', labelNames: ['agent'], registers }),
  }
}
