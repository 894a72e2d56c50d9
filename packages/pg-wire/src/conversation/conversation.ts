/*
 * Theory of operation
 *
 * A conversation follows an authenticated session from the middle, between a frontend and a backend, and knows at every moment which of the
 * frontend's messages the backend's next message answers. Each message that is owed a reply is an entry in a queue (`owed.ts`); a table says
 * which replies an entry may get (`table.ts`); what is not in the table is a violation, because a gateway that no longer knows what it is
 * looking at must not let it pass.
 *
 * Nothing of the server is imitated. A refused message is not swallowed: the backend gets a substitute in its place that is bound to fail
 * (`substitute.ts`), so failing transactions, skipping to the Sync and ReadyForQuery are the server's own doing, and only the text of the
 * error is exchanged on the way back. The conversation stays in step because there is nothing that could get out of step.
 *
 * Names of statements and portals get their meaning when the backend confirms it, never before (`names.ts`), because a Parse that fails leaves
 * the old meaning in place. A message that is about to be forwarded asks what a name will mean when the backend comes to it (`statementFor`,
 * `portalFor`). What SQL does to names (PREPARE, DEALLOCATE, DECLARE) does not show in the protocol; the caller says so with the message.
 */
import { backendType, type BackendType, decodeBackendAs, encodeBackend } from '../backend/message.ts'
import { ErrorResponse } from '../backend/error-response.ts'
import { isFatal } from '../backend/notice-fields.ts'
import { ReadyForQuery, type TransactionStatus } from '../backend/ready-for-query.ts'
import { ConversationFullError, ProtocolViolationError, UnsupportedError } from '../errors.ts'
import type { RawMessage } from '../framing/raw-message.ts'
import { encodeFrontend, type FrontendMessage, type SessionMessage } from '../frontend/message.ts'
import { type Entry, type MutableEntry, newEntry, type Portal, type PreparedStatement } from './entry.ts'
import type { ConversationEvent, Step } from './event.ts'
import { Meanings, type SqlNames } from './meanings.ts'
import type { Lookup } from './names.ts'
import { Owed } from './owed.ts'
import { readReply } from './reply.ts'
import { isRefusable, substituteFor } from './substitute.ts'
import { type Phase, REPLIES } from './table.ts'

export interface ConversationOptions {
  /**
   * Messages that may wait for their replies; default 10,000. At `full`, stop reading from the frontend until replies have come, and send the
   * backend a Flush (which needs no registration), without which it may hold them back. Registering more throws ConversationFullError; only what is
   * injected, and the message behind it, still have a place.
   */
  readonly maxPending?: number
  /** Prepared statements and portals known at a time; default 10,000. Beyond it Parse and Bind throw ConversationFullError. */
  readonly maxNames?: number
}

/** Follows both directions of a session. `C` is what the caller wants to find again with the replies to a message. */
export class Conversation<C> {
  readonly #maxPending: number
  readonly #maxNames: number
  readonly #owed = new Owed<C>()
  readonly #meanings = new Meanings<C>()
  #transaction: TransactionStatus = 'idle'
  #ready = true
  #leaving = false
  #terminated = false

  constructor(options: ConversationOptions = {}) {
    this.#maxPending = options.maxPending ?? 10_000
    this.#maxNames = options.maxNames ?? 10_000
  }

  /** Where the backend said it stands in its last ReadyForQuery. */
  get transaction(): TransactionStatus {
    return this.#transaction
  }

  /** Messages whose replies have not all come; without a Sync that a failed COPY may have swallowed. */
  get pending(): number {
    return this.#owed.certain
  }

  /**
   * Whether the backend waits for the frontend: it was ready after all that was sent. `pending` can be 0 without that, when the backend has failed an
   * extended message and skips to a Sync that has not been sent.
   */
  get ready(): boolean {
    return this.#ready && this.#owed.length === 0
  }

  /** Whether the backend has failed an extended message and passes over everything that is owed, because no Sync is among it. */
  get stalled(): boolean {
    return this.#owed.stalled
  }

  /** Whether to hold the frontend back. */
  get full(): boolean {
    return this.#owed.length >= this.#maxPending
  }

  /** True once the backend has ended the session with a FATAL error. */
  get terminated(): boolean {
    return this.#terminated
  }

  /** True once the frontend has said goodbye: the backend ends the session when all before it is answered. */
  get leaving(): boolean {
    return this.#leaving
  }

  /**
   * The message being answered now: what the next rows or COPY data belong to. Undefined while nothing is, and while the backend skips. For an
   * Execute, the portal and its columns are those the backend runs; throws ProtocolViolationError as {@link backend} does when they are others than
   * were known when it was sent.
   */
  get current(): Entry<C> | undefined {
    const entry = this.#owed.current
    // All before it is answered, so what names mean now is what they mean to it.
    if (entry !== undefined && !entry.reached && entry.type === 'Execute' && entry.refusal === undefined)
      this.#reach(entry)
    return entry
  }

  /** What a statement's name will mean to a message sent now. */
  statementFor(name: string): Lookup<PreparedStatement<C>> {
    return this.#meanings.statementFor(name)
  }

  /** What a portal's name will mean to a message sent now. */
  portalFor(name: string): Lookup<Portal<C>> {
    return this.#meanings.portalFor(name)
  }

  /** The statements the backend has confirmed. */
  statements(): Iterable<PreparedStatement<C>> {
    return this.#meanings.statements.values()
  }

  /** The portals the backend has confirmed. */
  portals(): Iterable<Portal<C>> {
    return this.#meanings.portals.values()
  }

  /**
   * Registers a message that is about to be forwarded; returns its entry, undefined for a message that is owed nothing. `sql` says which names the
   * SQL behind the message may change. Throws ProtocolViolationError for a message that may not come inside a session or after Terminate, and
   * ConversationFullError.
   */
  frontend(message: FrontendMessage, context?: C, sql?: SqlNames): Entry<C> | undefined {
    return this.#register(this.#inSession(message), context, sql, undefined, false)
  }

  /**
   * Registers a message that is refused, and returns what to send the backend in its place; the error goes to the frontend when the backend has
   * failed the substitute. Refused COPY data fails the COPY. Throws UnsupportedError for messages that cannot fail (Sync, Flush, CopyFail,
   * Terminate), and as {@link frontend} does.
   */
  refuse(message: FrontendMessage, error: ErrorResponse, context?: C): Uint8Array {
    const refused = this.#inSession(message)
    if (!isRefusable(refused)) throw new UnsupportedError(`${refused.type} cannot be refused`)
    const substitute = substituteFor(refused)
    this.#register(substitute.type === 'CopyFail' ? substitute : refused, context, undefined, error, false)
    return encodeFrontend(substitute)
  }

  /**
   * Registers an extended message that the frontend never sent, and returns its bytes. Its success is dropped and told as an event; its error is
   * forwarded, and the backend skips to the frontend's Sync as it would after an error of the frontend's own message.
   */
  inject(message: FrontendMessage, context?: C): Uint8Array {
    if (!INJECTABLE.has(message.type)) throw new UnsupportedError(`${message.type} cannot be injected`)
    this.#register(this.#inSession(message), context, undefined, undefined, true)
    return encodeFrontend(message)
  }

  /**
   * Says what to do with a whole message of the backend. Throws ProtocolViolationError for one that nothing sent would bring, and
   * MalformedMessageError for those it must read.
   */
  backend(raw: RawMessage): Step<C> {
    const type = backendType(raw.tag)
    if (type === undefined || this.#terminated) {
      throw new ProtocolViolationError('backend', `A message of type 0x${raw.tag.toString(16)} may not come here`)
    }
    if (type === 'DataRow' || type === 'CopyData') {
      this.rows(raw.tag, 1, raw.bytes.length)
      return FORWARD
    }
    if (type === 'ErrorResponse') return this.#failed(raw)
    if (type === 'ReadyForQuery') return this.#becameReady(raw)
    return isAsynchronous(type) ? ASYNCHRONOUS : this.#replied(type, raw)
  }

  /**
   * Accounts for DataRow or CopyData messages that are streamed through without being assembled: `count` of them were completed, `byteLength`
   * bytes passed. Throws ProtocolViolationError when none may come.
   */
  rows(tag: number, count: number, byteLength: number): void {
    const type = backendType(tag)
    if ((type !== 'DataRow' && type !== 'CopyData') || this.#terminated) {
      throw new ProtocolViolationError('backend', `Messages of type 0x${tag.toString(16)} may not stream here`)
    }
    const entry = this.#owed.headFor(type)
    this.#advance(entry, type)
    entry.rows += count
    entry.rowBytes += byteLength
  }

  #inSession(message: FrontendMessage): SessionMessage {
    if (this.#leaving || !isSessionMessage(message)) {
      throw new ProtocolViolationError(
        'frontend',
        `${message.type} may not come ${this.#leaving ? 'after Terminate' : 'inside a session'}`,
      )
    }
    return message
  }

  #register(
    message: SessionMessage,
    context: C | undefined,
    sql: SqlNames | undefined,
    refusal: ErrorResponse | undefined,
    injected: boolean,
  ): Entry<C> | undefined {
    if (message.type === 'Terminate') this.#leaving = true
    if (message.type === 'Terminate' || message.type === 'Flush' || message.type === 'CopyData') return undefined
    // What was injected for a message must not leave that message without a place.
    if (this.full && !injected && this.#owed.last?.injected !== true) throw new ConversationFullError(this.#maxPending)
    if (message.type === 'Parse' || message.type === 'Bind') this.#checkNames()
    const entry = newEntry<C>(message.type, firstPhase(message))
    entry.context = context
    entry.refusal = refusal
    entry.injected = injected
    this.#ready = false
    this.#meanings.propose(entry, message, sql)
    this.#owed.push(entry)
    return entry
  }

  #checkNames(): void {
    const { statements, portals } = this.#meanings
    if (statements.size + portals.size >= this.#maxNames) throw new ConversationFullError(this.#maxNames)
  }

  /** A reply that is neither a row nor an error nor ReadyForQuery. */
  #replied(type: BackendType, raw: RawMessage): Step<C> {
    const entry = this.#owed.headFor(type)
    const phase = this.#advance(entry, type)
    // The table lets CommandComplete end a COPY FROM STDIN only here.
    if (type === 'CommandComplete' && entry.copy?.direction === 'in') this.#owed.copySucceeded()
    const event = readReply(type, entry, raw)
    // Portals end with their transaction, which may be followed by another before ReadyForQuery. (A ROLLBACK may be one to a savepoint.)
    if (event?.type === 'completed' && event.commandTag === 'COMMIT') this.#meanings.portals.clear()
    if (phase === 'Done') {
      this.#owed.shift()
      this.#meanings.settle(entry, 'applied')
    }
    return { action: entry.injected ? 'drop' : 'forward', events: event === undefined ? NO_EVENTS : [event] }
  }

  #failed(raw: RawMessage): Step<C> {
    const error = decodeBackendAs(ErrorResponse, raw)
    if (isFatal(error)) {
      this.#terminated = true
      return { action: 'forward', events: [{ type: 'terminated', error }] }
    }
    const entry = this.#owed.headFor('ErrorResponse')
    const phase = this.#advance(entry, 'ErrorResponse')
    // A COPY whose data was refused fails by the CopyFail that was sent in place of the data.
    const copyEnd = entry.copy?.direction === 'in' ? this.#owed.copyFailed() : undefined
    const refusal = entry.refusal ?? copyEnd?.refusal
    entry.copy = undefined
    if (phase === 'Failed') {
      this.#owed.skipToSync()
      this.#meanings.settle(entry, 'failed')
    }
    const events: ConversationEvent<C>[] = [
      { type: 'failed', entry, index: entry.statementIndex, error, refused: refusal !== undefined },
    ]
    return refusal === undefined
      ? { action: 'forward', events }
      : { action: 'replace', bytes: encodeBackend(refusal), events }
  }

  #becameReady(raw: RawMessage): Step<C> {
    const { status } = decodeBackendAs(ReadyForQuery, raw)
    const { entry, skipped } = this.#owed.headForReady()
    this.#advance(entry, 'ReadyForQuery')
    this.#owed.shift()
    for (const passed of skipped) this.#meanings.settle(passed, 'skipped')
    this.#meanings.settle(entry, 'applied')
    this.#transaction = status
    this.#ready = true
    // Portals end with their transaction.
    if (status === 'idle') this.#meanings.portals.clear()
    const ready: ConversationEvent<C> = { type: 'ready', entry, status }
    return {
      action: 'forward',
      events: skipped.length === 0 ? [ready] : [{ type: 'skipped', entries: skipped }, ready],
    }
  }

  /** Moves an entry along the table; a reply that is not in it is a violation, and so is any success of a refused message. */
  #advance(entry: MutableEntry<C>, type: BackendType): Phase {
    const phase = REPLIES[entry.phase][type]
    const failure = type === 'ErrorResponse' || type === 'ReadyForQuery'
    if (phase === undefined || (entry.refusal !== undefined && !failure)) {
      throw new ProtocolViolationError('backend', `${type} came for ${entry.type}, which stands at ${entry.phase}`)
    }
    if (!entry.reached && !failure) this.#reach(entry)
    entry.phase = phase
    return phase
  }

  /**
   * INVARIANT: rows belong to the statement the backend runs, which is the confirmed meaning of the name at this moment. What was known when the
   * message was sent was decided on; should the two differ, what runs is not what was decided.
   */
  #reach(entry: MutableEntry<C>): void {
    entry.reached = true
    const { statements, portals } = this.#meanings
    if (entry.type === 'Bind' && entry.portal !== undefined) {
      const statement = statements.confirmed(entry.boundName)
      if (entry.statement !== undefined && entry.statement !== statement) throw meaningChanged(entry)
      entry.statement = statement
      entry.portal.statement = statement
    } else if (entry.type === 'Execute' || entry.target === 'portal') {
      const portal = portals.confirmed(entry.name)
      if (entry.portal !== undefined && portal !== undefined && entry.portal !== portal) throw meaningChanged(entry)
      entry.portal = portal
      entry.fields = portal?.fields
    } else if (entry.type === 'Describe') {
      const statement = statements.confirmed(entry.name)
      if (entry.statement !== undefined && statement !== undefined && entry.statement !== statement) {
        throw meaningChanged(entry)
      }
      entry.statement = statement
    }
  }
}

function meaningChanged<C>(entry: MutableEntry<C>): ProtocolViolationError {
  return new ProtocolViolationError('backend', `The name that ${entry.type} used means something else than was known`)
}

function firstPhase(message: EntryMessage): Phase {
  if (message.type === 'Describe') return message.target === 'statement' ? 'DescribeStatement' : 'DescribePortal'
  return message.type === 'CopyDone' || message.type === 'CopyFail' ? 'Done' : message.type
}

function isSessionMessage(message: FrontendMessage): message is SessionMessage {
  return !NOT_IN_SESSION.has(message.type)
}

type EntryMessage = Exclude<SessionMessage, { readonly type: 'Terminate' | 'Flush' | 'CopyData' }>

function isAsynchronous(type: BackendType): boolean {
  return type === 'NoticeResponse' || type === 'NotificationResponse' || type === 'ParameterStatus'
}

const NOT_IN_SESSION: ReadonlySet<FrontendMessage['type']> = new Set<FrontendMessage['type']>([
  'StartupMessage',
  'SSLRequest',
  'GSSENCRequest',
  'CancelRequest',
  'PasswordMessage',
  'SASLInitialResponse',
  'SASLResponse',
  'GSSResponse',
])
const INJECTABLE: ReadonlySet<FrontendMessage['type']> = new Set<FrontendMessage['type']>([
  'Parse',
  'Bind',
  'Describe',
  'Close',
])
const NO_EVENTS: readonly never[] = []
const FORWARD = { action: 'forward', events: NO_EVENTS } as const
const ASYNCHRONOUS = { action: 'forward', events: [{ type: 'asynchronous' }] } as const
