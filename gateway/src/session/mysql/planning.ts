import type { Estimate } from '@sallyport/core'
import type { ComStmtBulkExecute, ComStmtExecute } from '@sallyport/mysql-wire'
import type { BoundParameter } from '@sallyport/tunnel'
import type { Question } from '../../guard/gate.ts'
import type { Planned } from '../estimator.ts'
import type { CommandFacts } from './command-run.ts'

/** What a planner is given of what is bound; or why it cannot be given it. */
export type BoundValues = readonly BoundParameter[] | { readonly failure: string }

export interface PlanningPort {
  /** Undefined where the agent cannot ask. */
  readonly estimate: ((planned: Planned) => Promise<Estimate>) | undefined
  /** Sends what was forwarded so far. */
  readonly flush: () => void
}

/** How the planner is asked about a statement of a text; undefined where nobody can ask it. */
export function plannerFor(
  { text, judged }: CommandFacts,
  values: BoundValues,
  { estimate, flush }: PlanningPort,
): Question['estimate'] {
  if (estimate === undefined || !judged.ok) return undefined
  const { statements } = judged
  return (index) => {
    if ('failure' in values) return Promise.resolve(values)
    const { start, end } = statements[index]?.range ?? WHOLE
    // INVARIANT: what the client sent before is with the agent before the question is.
    flush()
    return estimate({ text: text.slice(start, end), parameters: values, extended: false })
  }
}

/** What an execution binds; attributes, which come behind the parameters, are nothing to a planner. */
export function boundValues(message: ComStmtExecute | ComStmtBulkExecute, parameterCount: number): BoundValues {
  if (message.type === 'COM_STMT_BULK_EXECUTE') return { failure: 'an execution over many rows is not planned' }
  if (message.parameters === 'unknown') return { failure: 'its parameters are not known' }
  const values: BoundParameter[] = []
  for (const { type, unsigned, value } of message.parameters.slice(0, parameterCount)) {
    if (value === 'long-data') return { failure: 'a statement whose parameters are sent in parts is not planned' }
    values.push({ type: type | (unsigned ? UNSIGNED : 0), binary: true, null: value === null, value: value ?? NOTHING })
  }
  return values
}

const WHOLE = { start: 0, end: undefined } as const
/** As in COM_STMT_EXECUTE: the flags are the byte behind the type. */
const UNSIGNED = 0x8000
const NOTHING = new Uint8Array(0)
