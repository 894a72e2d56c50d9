import type { Analysis } from '@sallyport/core'
import type { MysqlSettings } from '@sallyport/sql'
import type { Passage } from '../../guard/gate.ts'
import { startRun, type StatementRun } from '../statement-run.ts'

/** What a session remembers of a command that carries a statement, or stands for one. */
export interface CommandRun extends StatementRun {
  /** What the text was read with. */
  readonly settings: MysqlSettings
  /** The statements as judged: with EXECUTE standing for what it names. */
  readonly judged: Analysis
  /** Whether it may change how texts are read: what follows waits for its end. */
  readonly unsettles: boolean
}

/** What of a run is known before the gate is asked. */
export type CommandFacts = Pick<CommandRun, 'text' | 'analysis' | 'settings' | 'judged' | 'unsettles'>

export function startCommand(facts: CommandFacts, passage: Passage | undefined): CommandRun {
  const { settings, judged, unsettles } = facts
  return Object.assign(startRun(facts.text, facts.analysis, passage), { settings, judged, unsettles })
}
