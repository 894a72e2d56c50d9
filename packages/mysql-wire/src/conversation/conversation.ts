/*
 * Theory of operation
 *
 * A conversation follows an authenticated session from the middle, between a frontend and a backend, and knows at every moment which command the
 * backend's next packet answers, and what that packet is: in this protocol the same byte begins a row here and an OK there. Each command that is owed
 * a reply is an entry in a queue; a table says which replies an entry may get (`table.ts`); what is not in the table is a violation, because a gateway
 * that no longer knows what it is looking at must not let it pass.
 *
 * A refused command is never sent. Commands are answered in their order, and nothing skips after a failure, so its ERR takes its place among the
 * replies: at once when nothing is owed before it, else behind the last packet that is. Transactions stay as they are, as after most errors of the
 * server's own; there is no failed state as in PostgreSQL. What a command would have changed even in failing is made good: long data that was sent
 * for a refused execution is dropped by a COM_STMT_RESET, types that a refused execution said are said by the next (`rewrite`), and MariaDB's id -1
 * means nothing after a refused COM_STMT_PREPARE.
 *
 * Statements are known by the ids the backend gives. What an id means is told before a command is sent (`statementFor`); a command whose statement
 * is not known cannot be registered, because nobody could say what would run, or what its rows are.
 */
import { decodeBackendAs, encodeBackend } from '../backend/message.ts'
import type { ErrPacket } from '../backend/err-packet.ts'
import type { OkPacket } from '../backend/ok-packet.ts'
import type { Capabilities } from '../capabilities.ts'
import { ConversationFullError, ProtocolViolationError, UnsupportedError } from '../errors.ts'
import { encodePackets } from '../framing/encode-packets.ts'
import type { PacketRun } from '../framing/packet-scanner.ts'
import type { RawPacket } from '../framing/raw-packet.ts'
import type { CommandContext } from '../frontend/codec.ts'
import { encodeFrontend, type FrontendMessage, type SessionCommand, statementIdOf } from '../frontend/message.ts'
import { SERVER_STATUS } from '../status.ts'
import { classify, isProgress } from './classify.ts'
import { type Entry, type MutableEntry, type MutableStatement, newEntry, type PreparedStatement } from './entry.ts'
import type { ConversationEvent, LocalAnswer, Step } from './event.ts'
import { asBackendKnows, executionAnswered, executionRefused, noteSent } from './executions.ts'
import { firstPhase } from './first-phase.ts'
import { Queue } from './queue.ts'
import { readReply } from './reply.ts'
import { type Lookup, Statements } from './statements.ts'
import { REPLIES, type Reply } from './table.ts'

export interface ConversationOptions {
  /** What the session speaks: agreed on in the login, and the same towards both ends. */
  readonly capabilities: Capabilities
  /** Commands that may wait for their replies; default 10,000. Registering more throws ConversationFullError. */
  readonly maxPending?: number
  /** Prepared statements at a time; default 16,382, the server's own. Beyond it COM_STMT_PREPARE throws ConversationFullError. */
  readonly maxStatements?: number
}

/** What the caller knows of a command beside its message. */
export interface CommandFacts {
  /** The sequence id behind the command's last packet (`RawPacket.nextSequence`); default 1. */
  readonly sequence?: number
  /** Paths of LOAD DATA LOCAL in the text: the only files the backend may ask for. */
  readonly files?: readonly string[]
}

/** Follows both directions of a session. `C` is what the caller wants to find again with the replies to a command. */
export class Conversation<C> {
  readonly #capabilities: Capabilities
  readonly #maxPending: number
  readonly #maxStatements: number
  readonly #queue = new Queue<MutableEntry<C>>()
  readonly #statements = new Statements<C>()
  #status: number = SERVER_STATUS.AUTOCOMMIT
  /** The command that {@link rewrite} was asked for last: one that must be rewritten is not registered otherwise. */
  #rewritten: SessionCommand | undefined
  #leaving = false
  #terminated = false

  constructor(options: ConversationOptions) {
    this.#capabilities = options.capabilities
    this.#maxPending = options.maxPending ?? 10_000
    this.#maxStatements = options.maxStatements ?? 16_382
  }

  /** What commands are decoded and encoded with. */
  get commands(): CommandContext {
    return { capabilities: this.#capabilities, shapeFor: (id) => this.#statements.shapeFor(id) }
  }

  /** Where the backend said it stands, in bits of SERVER_STATUS. */
  get status(): number {
    return this.#status
  }

  /** Whether a transaction is open. There is no failed one: after an error the backend goes on in it. */
  get transaction(): 'idle' | 'open' {
    return (this.#status & SERVER_STATUS.IN_TRANS) === 0 ? 'idle' : 'open'
  }

  /** Commands whose replies have not all come. */
  get pending(): number {
    return this.#queue.length
  }

  /** Whether to hold the frontend back. */
  get full(): boolean {
    return this.#queue.length >= this.#maxPending
  }

  /** True once the backend has ended the session with an ERR that answers nothing. */
  get terminated(): boolean {
    return this.#terminated
  }

  /** True once the frontend has said goodbye: the backend ends the session when all before it is answered. */
  get leaving(): boolean {
    return this.#leaving
  }

  /** Whether the frontend's packets are the contents of a file now ({@link file}), not commands. */
  get awaitsFile(): boolean {
    return this.#queue.first?.phase === 'Infile'
  }

  /** The command being answered now: what the next rows belong to. */
  get current(): Entry<C> | undefined {
    return this.#current
  }

  /** What a statement's id, or LAST_STATEMENT, will mean to a command sent now. */
  statementFor(id: number): Lookup<PreparedStatement<C>> {
    return this.#statements.lookup(id, false)
  }

  /** The frontend's statements that the backend has confirmed. */
  statements(): Iterable<PreparedStatement<C>> {
    return this.#statements.values()
  }

  /**
   * What to send for a command in place of the packets it came in; undefined when those may go as they are. Ask before {@link frontend}. MariaDB's id
   * -1 becomes the statement's own, and parameters whose types the backend has not been told get them.
   */
  rewrite(message: SessionCommand): Uint8Array | undefined {
    const id = statementIdOf(message)
    const found = id === undefined ? undefined : this.#statements.lookup(id, false)
    if (found?.state !== 'known') return undefined
    const rewritten = asBackendKnows(message, found.value)
    if (rewritten === message) return undefined
    this.#rewritten = message
    return encodeFrontend(rewritten, this.commands)
  }

  /**
   * Registers a command that is about to be forwarded; returns its entry, undefined for one that is not answered. Throws UnsupportedError for a
   * command that cannot be forwarded (one that is never available, COM_CHANGE_USER, or one whose statement is not known),
   * ProtocolViolationError for one that may not come now, and ConversationFullError.
   */
  frontend(message: FrontendMessage, context?: C, facts: CommandFacts = {}): Entry<C> | undefined {
    return this.#register(message, context, facts, false)
  }

  /**
   * Registers a command that is refused, and says what to send to whom. COM_STMT_SEND_LONG_DATA is not answered: refused, it makes the execution
   * it was for be refused (`PreparedStatement.refusal`). Throws UnsupportedError for COM_QUIT, and as {@link frontend} does.
   */
  refuse(message: FrontendMessage, error: ErrPacket, context?: C, facts: CommandFacts = {}): LocalAnswer {
    return this.#answer(message, error, context, facts)
  }

  /** Registers a command that is answered here with an OK: one whose work the caller did itself, as a KILL of one of its own sessions. */
  answer(message: FrontendMessage, ok: OkPacket, context?: C, facts: CommandFacts = {}): LocalAnswer {
    return this.#answer(message, ok, context, facts)
  }

  /** Registers a command that the frontend never sent, and returns its packets. Its replies are dropped and told as events. */
  inject(message: SessionCommand, context?: C): Uint8Array {
    if (message.type === 'COM_QUIT') throw new UnsupportedError('COM_QUIT cannot be injected')
    this.#register(message, context, {}, true)
    return encodeFrontend(message, this.commands)
  }

  /** A packet of the file that the backend asked for: forward it. The empty one ends the file. */
  file(raw: RawPacket): void {
    const entry = this.#queue.first
    if (entry?.phase !== 'Infile' || raw.sequence !== entry.sequence) {
      throw new ProtocolViolationError('frontend', 'A part of a file came, and none was asked for')
    }
    entry.sequence = raw.nextSequence
    if (raw.payload.length === 0) entry.phase = 'InfileSent'
  }

  /** Whether a message of the backend that begins so is a row, and need not be assembled: for PacketScanner. */
  streams(firstByte: number, length: number): boolean {
    const entry = this.#current
    if (entry === undefined || (entry.phase !== 'Rows' && entry.phase !== 'Fetch')) return false
    return this.#classify(entry, firstByte, length) === 'Row'
  }

  /** Accounts for rows that are streamed through without being assembled. Throws ProtocolViolationError when none may come. */
  rows(run: PacketRun): 'forward' | 'drop' {
    const entry = this.#current
    if (entry === undefined || REPLIES[entry.phase].Row === undefined) {
      throw new ProtocolViolationError('backend', 'Rows came, and nothing that would bring them was sent')
    }
    if (run.packets > 0) this.#checkSequence(entry, run.sequence)
    entry.sequence = (entry.sequence + run.packets) & 0xff
    entry.rows += run.completed
    entry.rowBytes += run.bytes.length
    return entry.injected ? 'drop' : 'forward'
  }

  /**
   * Says what to do with a whole packet of the backend. Throws ProtocolViolationError for one that nothing sent would bring, and
   * MalformedMessageError for those it must read.
   */
  backend(raw: RawPacket): Step<C> {
    const { payload } = raw
    const firstByte = payload[0] ?? -1
    const entry = this.#current
    if (this.#terminated) throw new ProtocolViolationError('backend', 'A packet came after the end of the session')
    if (entry === undefined || (firstByte === 0xff && raw.sequence !== entry.sequence))
      return this.#unsolicited(raw, entry)
    this.#checkSequence(entry, raw.sequence)
    const reply = this.#classify(entry, firstByte, payload.length, payload)
    const next = reply === undefined ? undefined : REPLIES[entry.phase][reply]
    if (reply === undefined || next === undefined) {
      throw new ProtocolViolationError(
        'backend',
        `${reply ?? `A packet that begins with 0x${firstByte.toString(16)}`} came for ${entry.type}, which stands at ${entry.phase}`,
      )
    }
    entry.sequence = raw.nextSequence
    if (reply === 'Row') return this.#row(entry, raw)
    if (reply === 'LocalInfileRequest' && (entry.injected || this.#queue.length > 1)) {
      // What follows in the pipeline would be read as the file.
      throw new ProtocolViolationError('backend', 'The backend asks for a file in the middle of a pipeline')
    }
    if (entry.phase === 'Result' && reply !== 'Progress') executionAnswered(entry, reply !== 'ERR')
    const outcome = readReply(entry, reply, next, raw, this.#capabilities)
    entry.phase = outcome.phase
    if (outcome.status !== undefined) this.#status = outcome.status
    const events: ConversationEvent<C>[] = outcome.event === undefined ? [] : [outcome.event]
    const following = entry.phase === 'Done' ? this.#done(entry, outcome.event?.type !== 'failed', events) : NOTHING
    return { action: entry.injected ? 'drop' : 'forward', events, following }
  }

  #row(entry: MutableEntry<C>, raw: RawPacket): Step<C> {
    entry.rows += 1
    entry.rowBytes += raw.bytes.length
    return entry.injected ? DROP : FORWARD
  }

  #classify(entry: MutableEntry<C>, firstByte: number, length: number, payload?: Uint8Array): Reply | undefined {
    const reply = classify(entry.phase, firstByte, length, this.#capabilities)
    if (reply === 'ERR' && payload !== undefined && isProgress(payload, this.#capabilities)) return 'Progress'
    // A binary row begins with 0x00 and nothing else.
    return reply === 'Row' && entry.format === 'binary' && firstByte !== 0 ? undefined : reply
  }

  /** An ERR that answers nothing: the backend ends the session, and the frontend reads it where it stands. */
  #unsolicited(raw: RawPacket, entry: MutableEntry<C> | undefined): Step<C> {
    if (raw.payload[0] !== 0xff) {
      throw new ProtocolViolationError('backend', 'A packet came, and nothing that would bring it was sent')
    }
    this.#terminated = true
    const error = decodeBackendAs('ERR', raw.payload, this.#capabilities)
    const events: ConversationEvent<C>[] = [{ type: 'terminated', error }]
    if (entry === undefined) return { action: 'forward', events, following: NOTHING }
    return { action: 'replace', bytes: encodePackets(raw.payload, entry.sequence), events, following: NOTHING }
  }

  /** The entry in front; for COM_STMT_FETCH, with the columns of the cursor as it is now that all before is answered. */
  get #current(): MutableEntry<C> | undefined {
    const entry = this.#queue.first
    if (entry?.type === 'COM_STMT_FETCH' && entry.rows === 0 && entry.rowBytes === 0) {
      entry.columns = entry.statement?.cursorColumns
      entry.columnCount = entry.columns?.length ?? 0
    }
    return entry
  }

  #checkSequence(entry: MutableEntry<C>, sequence: number): void {
    if (sequence === entry.sequence) return
    throw new ProtocolViolationError(
      'backend',
      `Packet ${sequence} came for ${entry.type}, where ${entry.sequence} is next`,
    )
  }

  #mayCome(type: FrontendMessage['type']): void {
    if (this.#leaving) throw new ProtocolViolationError('frontend', `${type} may not come after COM_QUIT`)
    if (this.awaitsFile) throw new ProtocolViolationError('frontend', `${type} may not come in the middle of a file`)
  }

  #register(
    message: FrontendMessage,
    context: C | undefined,
    facts: CommandFacts,
    injected: boolean,
  ): Entry<C> | undefined {
    this.#mayCome(message.type)
    if (message.type === 'unavailable' || message.type === 'COM_CHANGE_USER') {
      throw new UnsupportedError(`${message.type} cannot be forwarded`)
    }
    const id = statementIdOf(message)
    const found = id === undefined ? undefined : this.#statements.lookup(id, injected)
    if (found !== undefined && found.state !== 'known') {
      throw new UnsupportedError(`${message.type} is about a statement that is ${found.state}`)
    }
    const statement = found?.value
    if (statement !== undefined && this.#rewritten !== message && asBackendKnows(message, statement) !== message) {
      throw new UnsupportedError(`${message.type} cannot be forwarded as it came`)
    }
    const phase = firstPhase(message.type)
    if (phase === undefined) {
      this.#unanswered(message, statement)
      return undefined
    }
    this.#checkRoom(message.type, injected)
    const entry = newEntry<C>(message.type, phase, context)
    entry.injected = injected
    entry.statement = statement
    entry.sequence = facts.sequence ?? 1
    entry.files = facts.files ?? NOTHING
    noteSent(entry, message, this.#statements)
    this.#queue.push(entry)
    return entry
  }

  /** A command without reply is sent. */
  #unanswered(message: SessionCommand, statement: MutableStatement<C> | undefined): void {
    if (message.type === 'COM_QUIT') this.#leaving = true
    if (statement === undefined) return
    if (message.type === 'COM_STMT_CLOSE') this.#statements.closes(statement)
    if (message.type === 'COM_STMT_SEND_LONG_DATA') statement.longData.add(message.parameter)
  }

  #answer(
    message: FrontendMessage,
    reply: ErrPacket | OkPacket,
    context: C | undefined,
    facts: CommandFacts,
  ): LocalAnswer {
    this.#mayCome(message.type)
    if (message.type === 'COM_QUIT') throw new UnsupportedError('COM_QUIT is not answered')
    const id = statementIdOf(message)
    const found = id === undefined ? undefined : this.#statements.lookup(id, false)
    const statement = found?.state === 'known' ? found.value : undefined
    if (message.type === 'COM_STMT_CLOSE') return SILENT
    if (message.type === 'COM_STMT_SEND_LONG_DATA') {
      if (reply.type === 'OK' || found?.state === 'unsettled') {
        throw new UnsupportedError('COM_STMT_SEND_LONG_DATA is not answered, and its statement must be known')
      }
      if (statement !== undefined) statement.refusal = reply
      return SILENT
    }
    this.#checkRoom(message.type, false)
    const entry = newEntry<C>(message.type, 'Local', context)
    entry.local = true
    entry.sequence = facts.sequence ?? 1
    if (message.type === 'COM_STMT_PREPARE') this.#statements.prepares(entry)
    const bytes = encodeBackend(reply, this.#capabilities, entry.sequence)
    const toBackend = this.#makeGood(message, statement)
    if (this.#queue.length === 0) return { toFrontend: bytes, toBackend }
    entry.answer = bytes
    this.#queue.push(entry)
    return { toFrontend: undefined, toBackend }
  }

  /** What the backend must be sent for a refused execution. */
  #makeGood(message: FrontendMessage, statement: MutableStatement<C> | undefined): Uint8Array | undefined {
    if (statement === undefined) return undefined
    if (message.type !== 'COM_STMT_EXECUTE' && message.type !== 'COM_STMT_BULK_EXECUTE') return undefined
    if (!executionRefused(statement, message)) return undefined
    const reset = { type: 'COM_STMT_RESET', statementId: statement.id } as const
    const entry = newEntry<C>(reset.type, 'Simple', undefined)
    entry.injected = true
    this.#queue.push(entry)
    return encodeFrontend(reset, this.commands)
  }

  #checkRoom(type: FrontendMessage['type'], injected: boolean): void {
    if (this.full && !injected) throw new ConversationFullError(`${this.#maxPending} commands already wait for replies`)
    if (type === 'COM_STMT_PREPARE' && this.#statements.known >= this.#maxStatements) {
      throw new ConversationFullError(`${this.#maxStatements} statements are prepared already`)
    }
  }

  /** The entry in front is answered: so are the local ones behind it. */
  #done(entry: MutableEntry<C>, well: boolean, events: ConversationEvent<C>[]): readonly Uint8Array[] {
    this.#queue.shift()
    if (entry.type === 'COM_STMT_PREPARE') this.#statements.prepared(entry, well ? entry.statement : undefined)
    if (entry.type === 'COM_RESET_CONNECTION') this.#statements.reset(well)
    const following: Uint8Array[] = []
    for (let next = this.#queue.first; next?.answer !== undefined; next = this.#queue.first) {
      following.push(next.answer)
      events.push({ type: 'answered', entry: next })
      this.#queue.shift()
    }
    return following
  }
}

const NOTHING: readonly never[] = []
const SILENT: LocalAnswer = { toFrontend: undefined, toBackend: undefined }
const FORWARD = { action: 'forward', events: NOTHING, following: NOTHING } as const
const DROP = { action: 'drop', events: NOTHING, following: NOTHING } as const
