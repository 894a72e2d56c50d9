import { type Exposure, type Hmac, worse } from '@sallyport/masking'
import {
  type Conversation,
  type ConversationEvent,
  decodeBackendAs,
  encodeBackend,
  DataRow,
  CopyData,
  CopyDone,
  type Entry,
  type ErrorResponse,
  type Field,
  MessageScanner,
  NoticeResponse,
  NotificationResponse,
  ParameterStatus,
  RawMessage,
  type ScannerSink,
} from '@sallyport/pg-wire'
import { CopyOut } from '../../masking/postgres/copy-out.ts'
import { partAt, type StatementFacts } from '../../masking/facts.ts'
import type { StatementJudge } from '../../masking/judge.ts'
import { ResultGate } from '../../masking/postgres/result-gate.ts'
import type { SessionMemory } from '../../masking/postgres/session-memory.ts'
import type { ClientOutput } from '../client-output.ts'
import type { SessionFloor } from './floor.ts'
import { RelayError } from '../errors.ts'
import { MessageMask } from './message-mask.ts'
import { type PrivateAnswer, PrivateExchange } from './private-exchange.ts'
import type { TextAnalyser } from './statement-reader.ts'

export interface BackendOptions {
  readonly conversation: Conversation<StatementFacts>
  readonly judge: StatementJudge
  readonly memory: SessionMemory
  readonly floor: SessionFloor
  readonly hmac: Hmac | undefined
  readonly copyStream: TextAnalyser['copyStream']
  /** Bound for one message that is read whole: what is masked, and everything that is no row. */
  readonly maxMessageBytes: number
  readonly output: ClientOutput
  /** Reading from the database must stop, or may go on. */
  readonly onHold: (held: boolean) => void
  /** Replies have come. */
  readonly onProgress: () => void
  readonly onFailure: (error: unknown) => void
}

/**
 * The way of the database's messages to the client. Rows that nothing protected can be in pass as they are, without being looked at; every other
 * message is read whole, and what could show a protected value is taken out of it.
 */
export class BackendSide implements ScannerSink {
  readonly #options: BackendOptions
  readonly #scanner: MessageScanner
  readonly #gate: ResultGate
  readonly #copy: CopyOut
  readonly #mask: MessageMask
  readonly #conversation: Conversation<StatementFacts>
  /** What came while the catalogue was being read: messages first, then chunks. */
  readonly #messages: RawMessage[] = []
  readonly #chunks: Uint8Array[] = []
  #held = false
  #private: PrivateExchange | undefined
  /** Statements answered so far. */
  #statement = 0
  #changedObjects = false

  constructor(options: BackendOptions) {
    this.#options = options
    const { conversation, judge, memory, hmac, maxMessageBytes } = options
    this.#scanner = new MessageScanner({ maxMessageBytes, side: 'backend' })
    this.#gate = new ResultGate(judge, memory, hmac)
    this.#copy = new CopyOut({ judge, memory, hmac, maxRowBytes: maxMessageBytes, copyStream: options.copyStream })
    this.#mask = new MessageMask(judge, memory)
    this.#conversation = conversation
  }

  /** Bytes from the database, which nobody changes any more. */
  push(chunk: Uint8Array): void {
    if (this.#held) {
      this.#chunks.push(chunk)
      return
    }
    try {
      this.#scanner.scan(chunk, this)
      this.#options.output.flush()
      this.#options.onProgress()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  streams(tag: number): boolean | 'whole' {
    if (this.#held || this.#private !== undefined) return false
    if (tag !== DataRow.tag) return tag === CopyData.tag && !this.#copy.masks
    const fate = this.#gate.fate(this.#conversation.current)
    return fate === 'mask' ? 'whole' : fate === 'pass'
  }

  run(bytes: Uint8Array, completed: number, tag: number): void {
    const { output } = this.#options
    const masked = tag === DataRow.tag && this.#gate.fate(this.#conversation.current) === 'mask'
    this.#conversation.rows(tag, completed, bytes.length)
    if (!masked) return output.run(bytes)
    this.#gate.mask(bytes, output.buffer)
    output.spill()
  }

  message(raw: RawMessage): void {
    if (this.#private !== undefined && !ASYNCHRONOUS.has(raw.tag)) {
      if (this.#private.take(raw)) this.#private = undefined
    } else if (this.#held) this.#messages.push(new RawMessage(raw.bytes.slice()))
    else if (raw.tag === DataRow.tag) this.#row(raw)
    else this.#reply(raw)
  }

  /** The query of a COPY that is about to run has been described. */
  copyDescribed(facts: StatementFacts, fields: readonly Field[]): void {
    this.#copy.described(facts, fields)
  }

  /** The next messages answer what the agent sends for itself, while nothing is owed; the client sees none of them. */
  exchange(end: 'ready' | 'close'): Promise<PrivateAnswer> {
    this.#private = new PrivateExchange(end)
    return this.#private.answer
  }

  /** Whether the agent waits for an answer of its own. */
  get exchanging(): boolean {
    return this.#private !== undefined
  }

  /** Takes an error for the database's answer to the newest message: it was passed over because of what the agent sent for itself. */
  failed(error: ErrorResponse): void {
    this.#reply(new RawMessage(encodeBackend(error)))
    this.#options.output.flush()
    this.#options.onProgress()
  }

  #row(raw: RawMessage): void {
    const fate = this.#gate.fate(this.#conversation.current)
    if (fate === 'wait') return this.#hold(raw)
    const { output } = this.#options
    this.#conversation.backend(raw)
    if (fate === 'pass') return output.message(raw.bytes)
    this.#gate.mask(raw.bytes, output.buffer)
    output.spill()
  }

  /** The catalogue does not hold what the result names: everything waits until it has been read again. */
  #hold(raw: RawMessage): void {
    this.#held = true
    this.#messages.push(new RawMessage(raw.bytes.slice()))
    this.#options.onHold(true)
    void this.#refresh()
  }

  async #refresh(): Promise<void> {
    try {
      await this.#options.judge.refresh(this.#conversation.transaction === 'idle')
      this.#gate.settle(this.#conversation.current)
      this.#resume()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  #resume(): void {
    this.#held = false
    const messages = this.#messages.splice(0)
    for (const message of messages) this.message(message)
    const chunks = this.#chunks.splice(0)
    for (const chunk of chunks) this.push(chunk)
    if (this.#held) return
    this.#options.output.flush()
    this.#options.onHold(false)
    this.#options.onProgress()
  }

  #reply(raw: RawMessage): void {
    const { output } = this.#options
    // Answers change what is current, so its exposure is taken first.
    const entry = this.#conversation.current
    const exposure = this.#exposure(entry)
    const step = this.#conversation.backend(raw)
    if (raw.tag === ParameterStatus.tag) this.#checkReport(raw)
    for (const event of step.events) this.#happened(event)
    if (step.action === 'drop') return
    if (step.action === 'replace') return output.message(step.bytes)
    // Rules may be gone by now; a COPY that began masked ends masked.
    const copied = this.#copy.masks && (raw.tag === CopyData.tag || raw.tag === CopyDone.tag)
    const bytes = copied ? this.#copied(raw) : this.#mask.message(raw, entry?.context, exposure)
    if (bytes !== undefined) output.message(bytes)
  }

  /** What of a COPY may leave; undefined for nothing yet. */
  #copied(raw: RawMessage): Uint8Array | undefined {
    if (raw.tag === CopyData.tag) return this.#copy.data(raw.body)
    this.#copy.end()
    return raw.bytes
  }

  #happened(event: ConversationEvent<StatementFacts>): void {
    switch (event.type) {
      case 'described':
        if (event.entry.injected && event.entry.context !== undefined) {
          this.#gate.described(event.entry.context, event.fields)
        }
        return
      case 'copy':
        if (event.direction === 'out') this.#copy.begin(event.entry, event.formats)
        return
      case 'completed':
        this.#noteChanges(event)
        this.#answered()
        return
      case 'failed':
      case 'suspended':
        if (event.entry.type === 'Query' || event.entry.type === 'Execute') this.#answered()
        return
      case 'ready':
        this.#ready(event.status)
        return
      case 'acknowledged':
      case 'asynchronous':
      case 'parameters':
      case 'skipped':
      case 'terminated':
    }
  }

  /** A statement is over: what was hidden of it is told, before its last message leaves. */
  #answered(): void {
    const redactions = [...this.#gate.takeRedactions(this.#statement), ...this.#copy.takeRedactions(this.#statement)]
    if (redactions.length > 0) this.#options.output.control({ type: 'report', redactions })
    this.#statement += 1
  }

  #noteChanges({ entry, index }: { readonly entry: Entry<StatementFacts>; readonly index: number }): void {
    const { statement } = partAt(entry.context, entry.type === 'Query' ? index : 0)
    if (statement === undefined || CHANGING.some((effect) => statement.effects.has(effect))) this.#changedObjects = true
  }

  #ready(status: Conversation<StatementFacts>['transaction']): void {
    if (status !== 'idle') return
    const { judge, memory } = this.#options
    // What a transaction made shows to others, the catalogue among them, only now.
    if (this.#changedObjects) judge.changed()
    this.#changedObjects = false
    if (this.#conversation.pending === 0) memory.settled()
  }

  /** What could be in a report that comes now. */
  #exposure(entry: Entry<StatementFacts> | undefined): Exposure {
    if (entry === undefined) return 'none'
    const { transaction } = this.#options.memory
    if (entry.context === undefined) return transaction
    const { exposure, statement } = partOf(entry)
    // A commit runs what was deferred: constraints and triggers of everything before it.
    return statement?.effects.has('transaction') === true ? worse(exposure, transaction) : exposure
  }

  /** A database that leaves the floor, or reads texts otherwise than they are judged, takes the session with it. */
  #checkReport(raw: RawMessage): void {
    const { name, value } = decodeBackendAs(ParameterStatus, raw)
    if (this.#options.floor.readOnly && name === 'default_transaction_read_only' && value !== 'on') {
      throw new RelayError('floor-broken', `the database reports ${name} as off`)
    }
    const pinned = READING.get(name)
    if (pinned !== undefined && value !== pinned) {
      throw new RelayError('reading-changed', `something has changed ${name}, by which texts are read`)
    }
  }
}

function partOf(entry: Entry<StatementFacts>): ReturnType<typeof partAt> {
  return partAt(entry.context, entry.type === 'Query' ? entry.statementIndex : 0)
}

const ASYNCHRONOUS: ReadonlySet<number> = new Set([NoticeResponse.tag, NotificationResponse.tag, ParameterStatus.tag])

/** What the guard takes for granted when it reads a text. No SET may change it; a function can, whose code no text shows. */
const READING: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
])
const CHANGING = ['ddl', 'procedural'] as const
