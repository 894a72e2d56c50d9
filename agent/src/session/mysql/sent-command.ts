import type { StatementFacts } from '../../masking/facts.ts'
import type { PrivateExchange } from './private-exchange.ts'

/** What the relay keeps with a command, to find again with its replies. */
export interface SentCommand {
  /** Undefined for a command that carries no statement. */
  readonly facts: StatementFacts | undefined
  /** How other texts are read depends on how it ends. */
  readonly settles: boolean
  /** COM_INIT_DB: the schema it asks for. */
  readonly schema: string | undefined
  /** A command of the agent's own: the session's variables are its only row. */
  readonly asksVariables: boolean
  /** A command of the agent's own, whose answer somebody waits for. */
  readonly exchange: PrivateExchange | undefined
}

/** A command that carries no statement and changes nothing. */
export const PLAIN_COMMAND: SentCommand = {
  facts: undefined,
  settles: false,
  schema: undefined,
  asksVariables: false,
  exchange: undefined,
}
