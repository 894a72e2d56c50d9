import type { Analysis } from '@sallyport/core'
import {
  CLIENT,
  type CommandFacts,
  ConversationFullError,
  type Conversation,
  decodeFrontend,
  type ErrPacket,
  type FrontendMessage,
  has,
  type Capabilities,
  PacketReader,
  type RawPacket,
  type SessionCommand,
  statementIdOf,
} from '@sallyport/mysql-wire'
import { mysqlLocalFiles } from '@sallyport/sql'
import type { AgentControl, EstimateQuestion } from '@sallyport/tunnel'
import type { StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import type { SessionMemory } from '../../masking/mysql/session-memory.ts'
import { decodeText } from './decode-text.ts'
import { refuseByFloor, refuseCommandByFloor, type SessionFloor } from './floor.ts'
import { refuseStoring, TOO_MANY_STATEMENTS, UNKNOWN_COMMAND, unknownStatement } from './refusals.ts'
import { PLAIN_COMMAND, type SentCommand } from './sent-command.ts'
import type { TextSettings } from './text-settings.ts'

export interface FrontendOptions {
  readonly conversation: Conversation<SentCommand>
  readonly capabilities: Capabilities
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly settings: TextSettings
  readonly floor: SessionFloor
  /** Bound for one command of the client, in bytes. */
  readonly maxMessageBytes: number
  /** Writes to the database. */
  readonly write: (bytes: Uint8Array) => void
  /** Writes an answer of the agent's own to the client. */
  readonly answer: (bytes: Uint8Array) => void
  /** Asks the planner while nothing is owed, unseen by the client. */
  readonly estimate: (question: EstimateQuestion) => Promise<AgentControl>
  /** Tells the gateway, behind everything that went there. */
  readonly tell: (control: AgentControl) => void
  /** Nobody knows how the server reads texts: it must be asked before the next. */
  readonly onUncertain: () => void
  /** COM_RESET_CONNECTION is on its way: what the session rests on must follow it. */
  readonly onReset: () => void
  /** Reading from the client must stop, or may go on. */
  readonly onHold: (held: boolean) => void
  /** The session cannot go on. */
  readonly onFailure: (error: unknown) => void
}

/**
 * The way of the client's commands to the database: each is read whole, its statement is judged, and only then is it written. One command at a time:
 * while one waits for the catalogue or for replies, those behind it wait too.
 */
export class FrontendSide {
  readonly #options: FrontendOptions
  readonly #reader: PacketReader
  readonly #waiting: (Uint8Array | (() => void))[] = []
  /** A command that waits for replies: what it means depends on them, or too many are owed. */
  #parked: { readonly ready: () => boolean; readonly next: () => void } | undefined
  #holds = 0
  #pumping = false
  #paused = false

  constructor(options: FrontendOptions) {
    this.#options = options
    this.#reader = new PacketReader({ maxMessageBytes: options.maxMessageBytes, side: 'frontend' })
  }

  /** Bytes from the client, which nobody changes any more. */
  push(chunk: Uint8Array): void {
    // INVARIANT: a command that is being judged is a view of what was read; more is taken only behind it.
    this.#waiting.push(chunk)
    this.#pump()
    // Only when more comes than can be taken: a cancel that came behind it would not be heard.
    if (this.#holds > 0) this.#pause(true)
  }

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

  /** A question of the gateway's, in its place among the commands of the client. */
  ask(question: EstimateQuestion): void {
    this.whenTaken(() => this.#estimate(question))
  }

  /** Replies have come: what waited for them may go on. */
  progressed(): void {
    const parked = this.#parked
    if (parked !== undefined) {
      if (!parked.ready()) return
      this.#parked = undefined
      try {
        parked.next()
        this.#release()
      } catch (error) {
        this.#options.onFailure(error)
      }
    } else this.#pump()
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

  /** Once all before it is answered, and it is known how the server reads texts. */
  #estimate(question: EstimateQuestion): void {
    const { conversation, estimate, onUncertain, settings, tell } = this.#options
    const again = (): void => this.#estimate(question)
    if (conversation.pending > 0) this.#parkUntil(() => conversation.pending === 0, again)
    else if (settings.uncertain) {
      onUncertain()
      this.#parkUntil(() => !settings.unsettled, again)
    } else this.#when(estimate(question), tell)
  }

  #take(raw: RawPacket): void {
    const { conversation, settings } = this.#options
    if (conversation.awaitsFile) {
      conversation.file(raw)
      this.#options.write(raw.bytes)
      return
    }
    // Behind a statement that may ask for a file, the next packet may be that file's.
    if (conversation.current?.context?.facts?.source !== undefined && this.#mayAskForFile()) {
      this.#park(raw, () => conversation.awaitsFile || conversation.pending === 0)
      return
    }
    if (conversation.full) {
      this.#park(raw, () => !conversation.full)
      return
    }
    // Texts, and what is in them of names, are read by settings that something sent before may change.
    if (settings.unsettled) {
      this.#park(raw, () => !settings.unsettled)
      return
    }
    const message = decodeFrontend(raw, conversation.commands)
    // Not sooner: what a statement left behind, as its warnings, is the client's to ask for.
    if (settings.uncertain && !UNREAD.has(message.type)) {
      this.#options.onUncertain()
      this.#park(raw, () => !settings.unsettled)
      return
    }
    const id = statementIdOf(message)
    if (id !== undefined && conversation.statementFor(id).state === 'unsettled') {
      this.#park(raw, () => conversation.statementFor(id).state !== 'unsettled')
      return
    }
    this.#handle(message, raw)
  }

  #handle(message: FrontendMessage, raw: RawPacket): void {
    const { conversation, floor, judge } = this.#options
    switch (message.type) {
      case 'COM_QUERY':
      case 'COM_STMT_PREPARE':
        this.#when(this.#judged(message.query), (facts) => this.#text(message, raw, facts))
        return
      case 'COM_STMT_EXECUTE':
      case 'COM_STMT_BULK_EXECUTE':
      case 'COM_STMT_FETCH':
      case 'COM_STMT_RESET': {
        const found = conversation.statementFor(message.statementId)
        if (found.state !== 'known') return this.#refuse(message, raw, unknownStatement(message.statementId))
        const known = found.value.context?.facts
        if (message.type === 'COM_STMT_RESET' || known === undefined) return this.#forward(message, raw, PLAIN_COMMAND)
        this.#when(judge.again(known), (facts) => this.#execute(message, raw, facts, facts !== known))
        return
      }
      case 'COM_STMT_CLOSE':
      case 'COM_STMT_SEND_LONG_DATA':
        // Neither is answered, and to the server an id that it does not know is nothing.
        if (conversation.statementFor(message.statementId).state === 'known') {
          this.#forward(message, raw, PLAIN_COMMAND)
        }
        return
      case 'COM_INIT_DB':
        this.#forward(message, raw, { ...PLAIN_COMMAND, settles: true, schema: message.schema })
        return
      case 'COM_RESET_CONNECTION':
        this.#forward(message, raw, { ...PLAIN_COMMAND, settles: true })
        this.#options.onReset()
        return
      case 'COM_CHANGE_USER':
      case 'unavailable':
        this.#refuse(message, raw, UNKNOWN_COMMAND)
        return
      case 'COM_DEBUG':
      case 'COM_FIELD_LIST':
      case 'COM_PING':
      case 'COM_PROCESS_INFO':
      case 'COM_PROCESS_KILL':
      case 'COM_QUIT':
      case 'COM_REFRESH':
      case 'COM_SET_OPTION':
      case 'COM_STATISTICS': {
        const refused = refuseCommandByFloor(message.type, floor)
        if (refused !== undefined) return this.#refuse(message, raw, refused)
        this.#forward(message, raw, PLAIN_COMMAND)
      }
    }
  }

  /** The facts of a text; bytes that are no text in the session's character set are as bad as can be. */
  #judged(query: Uint8Array): StatementFacts | Promise<StatementFacts> {
    const { judge, settings } = this.#options
    const text = decodeText(query, settings.current.characterSet)
    return text === undefined ? judge.unreadable(UNDECODABLE) : judge.judge(text)
  }

  /** A COM_QUERY or COM_STMT_PREPARE with its judged text. */
  #text(
    message: Extract<SessionCommand, { readonly type: 'COM_QUERY' | 'COM_STMT_PREPARE' }>,
    raw: RawPacket,
    facts: StatementFacts,
  ): void {
    const { floor, judge, memory, settings } = this.#options
    const analysis = facts.source?.analysis ?? UNDECODABLE
    const refused = refuseByFloor(analysis, floor)
    if (refused !== undefined) return this.#refuse(message, raw, refused, facts)
    if (judge.storesProtected(facts)) return this.#refuse(message, raw, refuseStoring(), facts)
    if (message.type === 'COM_STMT_PREPARE') return this.#forward(message, raw, { ...PLAIN_COMMAND, facts })
    memory.run(facts)
    const settles = !analysis.ok || analysis.statements.some((statement) => settings.changedBy(statement))
    this.#forward(message, raw, { ...PLAIN_COMMAND, facts, settles }, filesOf(facts))
  }

  /** @param rejudged the rules or the catalogue have changed since the statement was prepared */
  #execute(message: SessionCommand, raw: RawPacket, facts: StatementFacts, rejudged: boolean): void {
    const { judge, memory, settings } = this.#options
    const found = this.#options.conversation.statementFor(statementIdOf(message) ?? -1)
    // Long data was refused: so is what it was for.
    if (found.state === 'known' && found.value.refusal !== undefined && message.type !== 'COM_STMT_FETCH') {
      return this.#refuse(message, raw, found.value.refusal, facts)
    }
    if (rejudged && judge.storesProtected(facts)) return this.#refuse(message, raw, refuseStoring(), facts)
    memory.run(facts)
    const analysis = facts.source?.analysis ?? UNDECODABLE
    const settles = !analysis.ok || analysis.statements.some((statement) => settings.changedBy(statement))
    this.#forward(message, raw, { ...PLAIN_COMMAND, facts, settles }, filesOf(facts))
  }

  #forward(message: SessionCommand, raw: RawPacket, command: SentCommand, files: readonly string[] = []): void {
    const { conversation, settings, write } = this.#options
    const rewritten = conversation.rewrite(message)
    const facts: CommandFacts = { sequence: raw.nextSequence, files }
    try {
      conversation.frontend(message, command, facts)
    } catch (error) {
      if (!(error instanceof ConversationFullError)) throw error
      return this.#refuse(message, raw, TOO_MANY_STATEMENTS)
    }
    if (command.settles) settings.sent()
    write(rewritten ?? raw.bytes)
  }

  #refuse(message: FrontendMessage, raw: RawPacket, error: ErrPacket, facts?: StatementFacts): void {
    const { answer, conversation, write } = this.#options
    const { toBackend, toFrontend } = conversation.refuse(
      message,
      error,
      { ...PLAIN_COMMAND, facts },
      { sequence: raw.nextSequence },
    )
    if (toBackend !== undefined) write(toBackend)
    if (toFrontend !== undefined) answer(toFrontend)
  }

  #mayAskForFile(): boolean {
    const { capabilities, conversation } = this.#options
    if (!has(capabilities, CLIENT.LOCAL_FILES)) return false
    const facts = conversation.current?.context?.facts
    return facts !== undefined && filesOf(facts).length > 0
  }

  #when<T>(value: T | Promise<T>, next: (value: T) => void): void {
    if (value instanceof Promise) void this.#whenLater(value, next)
    else next(value)
  }

  async #whenLater<T>(value: Promise<T>, next: (value: T) => void): Promise<void> {
    this.#hold()
    try {
      next(await value)
      this.#release()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  #park(raw: RawPacket, ready: () => boolean): void {
    this.#parkUntil(ready, () => this.#take(raw))
  }

  #parkUntil(ready: () => boolean, next: () => void): void {
    this.#hold()
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

function filesOf({ source }: StatementFacts): readonly string[] {
  return source === undefined ? [] : mysqlLocalFiles(source.text, source.analysis)
}

/** Commands in which nothing is read. */
const UNREAD: ReadonlySet<FrontendMessage['type']> = new Set(['COM_PING', 'COM_QUIT'])
const UNDECODABLE: Analysis = {
  ok: false,
  failure: { code: 'encoding', message: 'it is no text in the character set of the session', position: undefined },
}
