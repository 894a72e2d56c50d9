import { maskReport } from '@sallyport/masking'
import {
  type Conversation,
  type ErrorResponse,
  decodeFrontend,
  encodeFrontend,
  type Execute,
  type Field,
  MessageReader,
  type RawMessage,
  REFUSED_NAME,
  REFUSED_TEXT,
  type SessionMessage,
} from '@sallyport/pg-wire'
import type { AgentControl, EstimateQuestion } from '@sallyport/tunnel'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import type { SessionMemory } from '../../masking/postgres/session-memory.ts'
import { copiedQuery } from './copy-query.ts'
import { refuseByFloor, refuseCopy, refuseFunctionCall, refuseStoring, type SessionFloor } from './floor.ts'
import type { Estimated } from './planner.ts'
import type { PrivateAnswer } from './private-exchange.ts'
import { sqlNames } from './sql-names.ts'
import type { TextAnalyser } from './statement-reader.ts'

export interface FrontendOptions {
  readonly conversation: Conversation<StatementFacts>
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly floor: SessionFloor
  /** Bound for one message of the client, in bytes. */
  readonly maxMessageBytes: number
  readonly analyser: TextAnalyser
  /** Describes a statement while nothing is owed, unseen by the client. */
  readonly describe: (query: string) => Promise<PrivateAnswer>
  /** The columns of the query that a COPY is about to run. */
  readonly onCopyDescribed: (facts: StatementFacts, fields: readonly Field[]) => void
  /** Asks the planner while nothing is owed, unseen by the client. */
  readonly estimate: (question: EstimateQuestion) => Promise<Estimated>
  /** Tells the gateway, behind everything that went there. */
  readonly tell: (control: AgentControl) => void
  /** An error stands for the database's answer to the newest message. */
  readonly onFailed: (error: ErrorResponse) => void
  /** Writes to the database. */
  readonly write: (bytes: Uint8Array) => void
  /** Reading from the client must stop, or may go on. */
  readonly onHold: (held: boolean) => void
  /** The session cannot go on. */
  readonly onFailure: (error: unknown) => void
}

/**
 * The way of the client's messages to the database: each is read whole, its statement is judged, and only then is it written. One message at a
 * time: while one waits for the catalogue or for replies, those behind it wait too.
 */
export class FrontendSide {
  readonly #options: FrontendOptions
  readonly #reader: MessageReader
  /** A message that waits for replies: its names depend on them, or too many are owed. */
  #parked: { readonly ready: () => boolean; readonly next: () => void } | undefined
  /** How many things the next message waits for. */
  #holds = 0
  /** What the client gets for its next message, which the database passes over. */
  #owed: ErrorResponse | undefined
  #pumping = false
  #paused = false

  constructor(options: FrontendOptions) {
    this.#options = options
    this.#reader = new MessageReader({ maxMessageBytes: options.maxMessageBytes, side: 'frontend' })
  }

  /** Bytes from the client, which nobody changes any more. Throws what `onFailure` gets. */
  push(chunk: Uint8Array): void {
    // INVARIANT: a message that is being judged is a view of what was read; more is taken only behind it.
    this.#waiting.push(chunk)
    this.#pump()
    // Only when more comes than can be taken: a cancel that came behind it would not be heard.
    if (this.#holds > 0) this.#pause(true)
  }

  readonly #waiting: (Uint8Array | (() => void))[] = []

  /** Does something once all that has come so far is written. */
  whenTaken(act: () => void): void {
    this.#waiting.push(act)
    this.#pump()
  }

  /** Nothing more is taken until as many releases. */
  hold(): void {
    this.#hold()
  }

  release(): void {
    this.#release()
  }

  /** A question of the gateway's, in its place among the messages of the client. */
  ask(question: EstimateQuestion): void {
    this.whenTaken(() => this.#estimate(question))
  }

  /** Replies have come: what waited for them may go on. */
  progressed(): void {
    const parked = this.#parked
    if (parked === undefined || !parked.ready()) return
    this.#parked = undefined
    try {
      parked.next()
      this.#release()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#holds === 0) {
        const raw = this.#reader.next()
        if (raw !== undefined) {
          this.#take(raw)
          continue
        }
        const chunk = this.#waiting.shift()
        if (chunk === undefined) break
        if (typeof chunk === 'function') chunk()
        else this.#reader.push(chunk)
      }
    } catch (error) {
      this.#options.onFailure(error)
    } finally {
      this.#pumping = false
    }
    // INVARIANT: while anything waits, no more than one chunk comes on top of it.
    if (this.#holds === 0) this.#pause(false)
  }

  /** Once all before it is answered. */
  #estimate(question: EstimateQuestion): void {
    const { conversation, estimate, tell } = this.#options
    const settled = (): boolean => conversation.pending === 0 || conversation.stalled
    const ask = (): void =>
      this.#when(estimate(question), ({ control, owed }) => {
        this.#owed = owed
        tell(control)
      })
    if (settled()) ask()
    else this.#park(settled, ask)
  }

  #take(raw: RawMessage): void {
    const message = decodeFrontend(raw)
    const owed = this.#owed
    this.#owed = undefined
    if (owed !== undefined && FAILABLE.has(message.type)) {
      this.#options.conversation.frontend(message)
      this.#options.onFailed(owed)
      return
    }
    if (this.#options.conversation.full && message.type !== 'CopyData') {
      this.#park(
        () => !this.#options.conversation.full,
        () => this.#handle(message, raw),
      )
    } else this.#handle(message, raw)
  }

  #handle(message: SessionMessage, raw: RawMessage): void {
    const { conversation, floor, judge } = this.#options
    switch (message.type) {
      case 'Query':
        this.#when(judge.judge(message.query), (facts) => this.#text(message, raw, facts))
        return
      case 'Parse':
        this.#when(judge.judge(message.query), (facts) => this.#text(message, raw, facts))
        return
      case 'Bind': {
        const found = conversation.statementFor(message.statement)
        if (found.state === 'unsettled')
          return this.#parkUntilSettled(() => conversation.statementFor(message.statement).state, message, raw)
        const known = found.state === 'known' ? found.value.context : undefined
        const facts = known === undefined ? judge.ofName('prepared', message.statement) : judge.again(known)
        this.#when(facts, (facts) => this.#forward(message, raw, facts))
        return
      }
      case 'Execute': {
        const found = conversation.portalFor(message.portal)
        if (found.state === 'unsettled')
          return this.#parkUntilSettled(() => conversation.portalFor(message.portal).state, message, raw)
        const known = found.state === 'known' ? found.value.context : undefined
        const facts = known === undefined ? judge.ofName('cursor', message.portal) : judge.again(known)
        this.#when(facts, (facts) => this.#execute(message, raw, facts, facts !== known))
        return
      }
      case 'Describe': {
        const found =
          message.target === 'statement'
            ? conversation.statementFor(message.name)
            : conversation.portalFor(message.name)
        const known = found.state === 'known' ? found.value.context : undefined
        this.#forward(
          message,
          raw,
          known ?? judge.ofName(message.target === 'statement' ? 'prepared' : 'cursor', message.name),
        )
        return
      }
      case 'FunctionCall':
        if (floor.readOnly || !judge.idle) this.#refuse(message, refuseFunctionCall())
        else this.#forward(message, raw, undefined)
        return
      case 'Close':
      case 'CopyData':
      case 'CopyDone':
      case 'CopyFail':
      case 'Flush':
      case 'Sync':
      case 'Terminate':
        this.#forward(message, raw, undefined)
    }
  }

  /** A Query or Parse with its judged text. */
  #text(message: SessionMessage & { readonly type: 'Query' | 'Parse' }, raw: RawMessage, facts: StatementFacts): void {
    const { analyser, conversation, floor, judge, memory, write } = this.#options
    const refused = facts.source === undefined ? undefined : refuseByFloor(facts.source.analysis, floor)
    if (refused !== undefined) return this.#refuse(message, refused, facts)
    if (judge.storesProtected(facts)) return this.#refuse(message, refuseStoring(), facts)
    if (isExposedCopy(facts) && (facts.source === undefined || analyser.copyStream(facts.source.text) === undefined)) {
      return this.#refuse(message, refuseCopy(), facts)
    }
    if (message.type === 'Parse') {
      memory.prepared(message.name, facts.exposure)
      return this.#forward(message, raw, facts)
    }
    this.#when(this.#prepareCopy(facts), (error) => {
      if (error !== undefined) return this.#refuse(message, error, facts)
      // What the gateway sends in place of a refused text runs nowhere.
      if (message.query !== REFUSED_TEXT) memory.run(facts)
      conversation.frontend(message, facts, sqlNames(facts))
      write(raw.bytes)
    })
  }

  /** Before a COPY of a query whose columns decide what is masked, the query is described. The error is the query's own. */
  #prepareCopy(facts: StatementFacts): undefined | Promise<ErrorResponse | undefined> {
    const { conversation, analyser, describe, onCopyDescribed } = this.#options
    if (!isExposedCopy(facts) || facts.source === undefined) return undefined
    if (conversation.pending > 0 || conversation.transaction === 'failed') return undefined
    const query = copiedQuery(facts.source.text, analyser)
    if (query === undefined) return undefined
    return describe(query).then(({ fields, error }) => {
      if (fields !== undefined) onCopyDescribed(facts, fields)
      return error && { type: 'ErrorResponse', fields: maskReport(error.fields, facts.exposure) }
    })
  }

  /** @param rejudged the rules or the catalogue have changed since the statement was prepared */
  #execute(message: Execute, raw: RawMessage, facts: StatementFacts, rejudged: boolean): void {
    const { conversation, judge, memory, write } = this.#options
    if (rejudged && judge.storesProtected(facts)) return this.#refuse(message, refuseStoring(), facts)
    // What was refused, and what follows a message that was, runs nowhere.
    if (message.portal !== REFUSED_NAME && !conversation.stalled) memory.run(facts)
    // Rows that could hold something protected need a description, whether or not the client asks for one.
    if (facts.exposure !== 'none') {
      write(conversation.inject({ type: 'Describe', target: 'portal', name: message.portal }, facts))
    }
    conversation.frontend(message, facts, sqlNames(facts))
    write(raw.bytes)
  }

  #forward(message: SessionMessage, raw: RawMessage, facts: StatementFacts | undefined): void {
    this.#options.conversation.frontend(message, facts)
    this.#options.write(raw.bytes)
  }

  #refuse(message: SessionMessage, error: ErrorResponse, facts?: StatementFacts): void {
    this.#options.write(this.#options.conversation.refuse(message, error, facts))
  }

  /** Goes on with a value, now or when it is there; until then nothing else is read. */
  #when<T>(value: T | Promise<T>, next: (value: T) => void): void {
    if (value instanceof Promise) void this.#whenThere(value, next)
    else next(value)
  }

  async #whenThere<T>(value: Promise<T>, next: (value: T) => void): Promise<void> {
    this.#hold()
    try {
      next(await value)
      this.#release()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  /** What a name means depends on replies that have not come. */
  #parkUntilSettled(state: () => string, message: SessionMessage, raw: RawMessage): void {
    this.#park(
      () => state() !== 'unsettled',
      () => this.#handle(message, raw),
    )
  }

  #park(ready: () => boolean, next: () => void): void {
    this.#hold()
    // Without a Flush the database may keep back the replies that are waited for.
    this.#options.write(encodeFrontend({ type: 'Flush' }))
    this.#parked = { ready, next }
  }

  #hold(): void {
    this.#holds += 1
  }

  #release(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#pump()
  }

  #pause(paused: boolean): void {
    if (paused === this.#paused) return
    this.#paused = paused
    this.#options.onHold(paused)
  }
}

/** Messages that the database can fail, and passes over when it has failed one before. */
const FAILABLE: ReadonlySet<string> = new Set(['Parse', 'Bind', 'Describe', 'Execute', 'Close'])

/** A COPY … TO STDOUT that could show something protected. */
function isExposedCopy({ parts }: StatementFacts): boolean {
  return parts.some(
    ({ exposure, statement }) =>
      exposure !== 'none' && statement?.session?.type === 'copy' && statement.session.direction === 'out',
  )
}
