import { maskMysqlReport } from '@sallyport/masking'
import {
  type Capabilities,
  CLIENT,
  type Conversation,
  ConversationFullError,
  type ErrPacket,
  EXECUTE_FLAG,
  has,
  isBinaryType,
  type Parameter,
  type SessionCommand,
} from '@sallyport/mysql-wire'
import type { MysqlStatementDetails } from '@sallyport/sql'
import type { AgentControl, BoundParameter, EstimateQuestion } from '@sallyport/tunnel'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import { encodeText } from './decode-text.ts'
import { planRow, type PlanRow, weighPlan } from './plan-weight.ts'
import { plannedText, type PlannedTextOptions } from './planned-text.ts'
import { type PrivateAnswer, PrivateExchange } from './private-exchange.ts'
import { PLAIN_COMMAND, type SentCommand } from './sent-command.ts'

export interface PlannerOptions extends PlannedTextOptions {
  readonly conversation: Conversation<SentCommand>
  readonly capabilities: Capabilities
  readonly judge: StatementJudge
  readonly details: (facts: StatementFacts) => readonly MysqlStatementDetails[] | undefined
  /** The character set in which the server reads texts. */
  readonly characterSet: () => string
  /** Writes to the database. */
  readonly write: (bytes: Uint8Array) => void
}

/**
 * Asks the planner within the session itself, where its temporary tables, its schema and its open transaction are. Nothing may be owed when it is asked.
 *
 * A text with parameters is prepared and executed as an EXPLAIN of its own, so that they are bound and never spliced. The EXPLAIN leaves ROW_COUNT() at -1
 * and no warnings: those that it makes quote values.
 */
export class Planner {
  readonly #options: PlannerOptions

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  /** Rejects with AgentError when the catalogue cannot be had. */
  async estimate(question: EstimateQuestion): Promise<AgentControl> {
    const { details, flavour, judge, read } = this.#options
    const facts = await judge.judge(question.text)
    const [detail] = details(facts) ?? []
    const planned = await plannedText(question.text, facts.source?.analysis, detail?.planning, { flavour, read })
    if ('failure' in planned) return without(question, '', planned.failure)
    if ('free' in planned) return { type: 'estimated', id: question.id, cost: 0, rows: 0 }
    const parameters = parametersOf(question.parameters)
    if (parameters === undefined) return without(question, '', 'its parameters are of types that are not known')
    try {
      const { rows, error } = await this.#ask(planned.explain, parameters)
      // What the planner complains of can hold values, as the statement's own errors can.
      if (error !== undefined) return this.#failed(question, error, facts)
      return weighed(question, rows, planned.wanted)
    } catch (error) {
      if (error instanceof ConversationFullError) return without(question, '', 'too many statements are prepared')
      throw error
    }
  }

  async #ask(explain: string, parameters: readonly Parameter[]): Promise<PrivateAnswer> {
    const query = encodeText(explain, this.#options.characterSet())
    const answer =
      parameters.length === 0
        ? await this.#send({ type: 'COM_QUERY', attributes: [], query })
        : await this.#execute(query, parameters)
    // MySQL notes what it made of the statement, with the values of rows that it has read; the next command takes the note away.
    if (this.#options.flavour === 'mysql') await this.#send({ type: 'COM_QUERY', attributes: [], query: DO_NOTHING })
    return answer
  }

  async #execute(query: Uint8Array, parameters: readonly Parameter[]): Promise<PrivateAnswer> {
    const { capabilities, conversation, write } = this.#options
    const made = await this.#send({ type: 'COM_STMT_PREPARE', query })
    if (made.statement === undefined) return made
    const { id: statementId, parameterCount } = made.statement
    const flags = has(capabilities, CLIENT.QUERY_ATTRIBUTES) ? EXECUTE_FLAG.PARAMETER_COUNT_AVAILABLE : 0
    const bound = parameterCount === parameters.length
    const answer = bound
      ? await this.#send({ type: 'COM_STMT_EXECUTE', statementId, flags, parameters, bound })
      : { rows: [], statement: undefined, error: undefined }
    write(conversation.inject({ type: 'COM_STMT_CLOSE', statementId }))
    return answer
  }

  #send(command: SessionCommand): Promise<PrivateAnswer> {
    const exchange = new PrivateExchange()
    this.#options.write(this.#options.conversation.inject(command, { ...PLAIN_COMMAND, exchange }))
    return exchange.answer
  }

  #failed(question: EstimateQuestion, error: ErrPacket, { exposure }: StatementFacts): AgentControl {
    const { judge } = this.#options
    const masked = judge.idle ? error : maskMysqlReport(error, exposure, question.text)
    return without(question, masked.sqlState, masked.message)
  }
}

function weighed(question: EstimateQuestion, rows: PrivateAnswer['rows'], wanted: number | undefined): AgentControl {
  const plan: PlanRow[] = []
  for (const values of rows) {
    const row = planRow(values)
    if (row === undefined) return without(question, '', 'the planner gave no plan that can be read')
    plan.push(row)
  }
  const weight = weighPlan(plan, wanted)
  return 'failure' in weight ? without(question, '', weight.failure) : { type: 'estimated', id: question.id, ...weight }
}

/** As in COM_STMT_EXECUTE: the type in the low byte, its flags in the high one. */
function parametersOf(bound: readonly BoundParameter[]): readonly Parameter[] | undefined {
  if (bound.some(({ type }) => !isBinaryType(type & 0xff))) return undefined
  return bound.map((parameter) => ({
    type: parameter.type & 0xff,
    unsigned: (parameter.type & UNSIGNED) !== 0,
    name: '',
    value: parameter.null ? null : parameter.value,
  }))
}

function without({ id }: EstimateQuestion, sqlState: string, message: string): AgentControl {
  return { type: 'unestimated', id, failure: { code: 'no-estimate', message, sqlState, retryable: false } }
}

const UNSIGNED = 0x8000
const DO_NOTHING: Uint8Array = Buffer.from('DO 0')
