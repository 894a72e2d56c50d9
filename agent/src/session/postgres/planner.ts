import { maskReport } from '@sallyport/masking'
import {
  type Conversation,
  encodeFrontend,
  type ErrorResponse,
  type FrontendMessage,
  noticeField,
} from '@sallyport/pg-wire'
import type { AgentControl, EstimateQuestion } from '@sallyport/tunnel'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import { plannedText } from './planned-text.ts'
import type { PrivateAnswer } from './private-exchange.ts'
import type { TextAnalyser } from './statement-reader.ts'

export interface PlannerOptions {
  readonly conversation: Conversation<StatementFacts>
  readonly judge: StatementJudge
  readonly analyser: TextAnalyser
  /** A name for a statement and a portal that no client uses. */
  readonly name: string
  /** Writes to the database. */
  readonly write: (bytes: Uint8Array) => void
  /** What the database says next is for the agent. */
  readonly exchange: (end: 'ready' | 'close') => Promise<PrivateAnswer>
}

/** The answer for the gateway, and what is owed to the client in place of its next message. */
export interface Estimated {
  readonly control: AgentControl
  /** The database passes over that message, because the planner's error came before it. */
  readonly owed: ErrorResponse | undefined
}

/**
 * Asks the planner within the session itself, where its temporary tables, its search path and its open transaction are. Nothing may be owed when it is
 * asked.
 *
 * Between messages of an extended query no Sync may come, because it would commit: then a Flush brings the answer, and an error makes the database
 * pass over everything up to the client's own Sync. Before a simple Query a Sync does no harm once there was an error: what was open is rolled back.
 */
export class Planner {
  readonly #options: PlannerOptions

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  /** Rejects with AgentError when the catalogue cannot be had. */
  async estimate(question: EstimateQuestion): Promise<Estimated> {
    const { conversation, analyser, judge } = this.#options
    const planned = await plannedText(question.text, analyser)
    if ('failure' in planned) return { control: without(question, '', planned.failure), owed: undefined }
    if ('free' in planned) return { control: { type: 'estimated', id: question.id, cost: 0, rows: 0 }, owed: undefined }
    if (conversation.transaction === 'failed' || conversation.stalled) {
      return { control: without(question, '25P02', 'the current transaction is aborted'), owed: undefined }
    }
    // What the planner complains of can hold values, as the statement's own errors can.
    const { exposure } = await judge.judge(question.text)
    const between = !conversation.ready
    const { values, error } = await this.#ask(planned.explain, question, between)
    if (error === undefined) return { control: readPlan(question, values), owed: undefined }
    const masked: ErrorResponse = { type: 'ErrorResponse', fields: maskReport(error.fields, exposure) }
    const message = noticeField(masked, 'message') ?? 'the planner failed'
    const control = without(question, noticeField(masked, 'sqlState') ?? '', message)
    if (!between) return { control, owed: undefined }
    if (question.extended) return { control, owed: masked }
    const ready = this.#options.exchange('ready')
    this.#options.write(encodeFrontend({ type: 'Sync' }))
    await ready
    return { control, owed: undefined }
  }

  #ask(explain: string, { parameters }: EstimateQuestion, between: boolean): Promise<PrivateAnswer> {
    const { name, write, exchange } = this.#options
    const answer = exchange(between ? 'close' : 'ready')
    const messages: readonly FrontendMessage[] = [
      { type: 'Close', target: 'statement', name },
      { type: 'Parse', name, query: explain, parameterTypes: parameters.map(({ type }) => type) },
      {
        type: 'Bind',
        portal: name,
        statement: name,
        parameterFormats: parameters.map(({ binary }) => (binary ? 1 : 0)),
        parameters: parameters.map((parameter) => (parameter.null ? null : parameter.value)),
        resultFormats: [],
      },
      { type: 'Execute', portal: name, maxRows: 0 },
      { type: 'Close', target: 'portal', name },
      { type: 'Close', target: 'statement', name },
      { type: between ? 'Flush' : 'Sync' },
    ]
    write(Buffer.concat(messages.map((message) => encodeFrontend(message))))
    return answer
  }
}

/** Rules can make several plans of one statement; what they cost adds up. */
function readPlan(question: EstimateQuestion, values: readonly string[]): AgentControl {
  let cost = 0
  let rows = 0
  for (const plan of plansOf(values.join('\n'))) {
    const { 'Total Cost': planCost, 'Plan Rows': planRows } = plan?.Plan ?? {}
    if (typeof planCost !== 'number' || typeof planRows !== 'number') {
      return without(question, '', 'the planner gave no plan for it')
    }
    cost += planCost
    rows += planRows
  }
  return { type: 'estimated', id: question.id, cost: whole(cost), rows: whole(rows) }
}

interface Plan {
  readonly Plan?: Readonly<Record<string, unknown>>
}

function plansOf(json: string): readonly (Plan | undefined)[] {
  try {
    const plans: unknown = JSON.parse(json)
    return Array.isArray(plans) ? (plans as readonly Plan[]) : [undefined]
  } catch {
    return [undefined]
  }
}

function whole(number: number): number {
  return number >= 0 ? Math.min(Math.ceil(number), Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER
}

function without({ id }: EstimateQuestion, sqlState: string, message: string): AgentControl {
  return { type: 'unestimated', id, failure: { code: 'no-estimate', message, sqlState, retryable: false } }
}
