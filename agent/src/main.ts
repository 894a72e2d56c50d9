import type { AgentConfig } from '@sallyport/config'
import type { Clock } from '@sallyport/core'
import { longTextReader } from '@sallyport/sql-worker'
import { loadMysql, loadPostgres, StatementCache } from '@sallyport/sql'
import type { Logger } from 'pino'
import { type RunningAgent, runAgent } from './agent.ts'
import { createMysqlRelay } from './session/mysql/relay-session.ts'
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
  const longTexts = longTextReader(limits)
  const cache = new StatementCache()
  const relays = {
    postgres: createRelay({ analyser, cache, readLongText: longTexts.analyse, clock }),
    mysql: createMysqlRelay({ analyser: loadMysql(limits), cache, readLongText: longTexts.analyse, clock }),
  }
  return runAgent(config, { logger, clock, relays, environment: process.env })
}
