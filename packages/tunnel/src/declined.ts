import type { Failure } from './messages.ts'

// What an agent declines a session with before it has joined it: reasons that are its own, not the database's.

/** It is shutting down. */
export const DRAINING: Failure = {
  code: 'agent-draining',
  message: 'the agent is shutting down',
  sqlState: '',
  retryable: true,
}

/** It has `maxSessionsPerAgent`. */
export const FULL: Failure = {
  code: 'agent-full',
  message: 'the agent has too many sessions',
  sqlState: '',
  retryable: true,
}

/** The codes of both. */
export const DECLINED: ReadonlySet<string> = new Set([DRAINING.code, FULL.code])
