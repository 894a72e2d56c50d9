import type { AgentConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { longTextReader } from '@sallyport/sql-worker'
import { loadPostgres, StatementCache } from '@sallyport/sql'
import type { Logger } from 'pino'
import { type RunningAgent, runAgent } from './agent.ts'
import { createRelay } from './session/postgres/relay-session.ts'

/**
 * Starts an agent: parser, relay, tunnel. It serves until it is closed, whether its gateways are there or not. Throws TunnelError for a
 * gateway's address that is not safe to dial, and SqlAnalyserError when there is no parser.
 */
export async function startAgent(
  config: AgentConfig,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<RunningAgent> {
  const limits = { maxTextBytes: config.limits.statementBytes }
  const analyser = await loadPostgres(limits)
  const relay = createRelay({
    analyser,
    cache: new StatementCache(),
    readLongText: longTextReader(limits).analyse,
    clock,
  })
  return runAgent(config, { logger, clock, relay, environment: process.env })
}
