import type { CommandName } from './command.ts'

/**
 * A command that is always refused: replication and clone read everything past every rule, others are gone from servers, and unknown ones are
 * unknown. Its payload is not looked at.
 */
export interface UnavailableCommand {
  readonly type: 'unavailable'
  readonly code: number
  /** Undefined for a number that stands for no command. */
  readonly command: CommandName | undefined
}
