/*
 * Theory of operation
 *
 * What a client sends is cut into whole messages, and each is taken in turn (`message-pump.ts`): a message that can make the server do something goes
 * to the gate first; everything else is registered with the conversation and forwarded.
 */
import type { ParameterFacts, StatementPhase } from '@sallyport/audit'
import type { AuditLog } from '@sallyport/audit-file'
import type { Analysis, Estimate } from '@sallyport/core'
import {
  MalformedMessageError,
  MessageReader,
  decodeForRefusal,
  decodeFrontend,
  encodeFrontend,
  type Bind,
  type Conversation,
  type ErrorResponse,
  type Execute,
  type FunctionCall,
  type RawMessage,
  type SessionMessage,
} from '@sallyport/pg-wire'
import type { BoundParameter } from '@sallyport/tunnel'
import { sqlNames } from '../../guard/postgres/sql-names.ts'
import { CursorLimits } from '../../guard/cursor-limits.ts'
import { opaque } from '../../guard/postgres/opaque.ts'
import type { SessionReader } from '../../guard/postgres/session-reader.ts'
import type { PreparedNames } from '../../guard/prepared-names.ts'
import type { Gate, Question } from '../../guard/gate.ts'
import { notUtf8Error, refusalError, unrecordedError } from '../../reply/postgres/refusal.ts'
import type { Planned } from '../estimator.ts'
import { askGate } from '../judgement.ts'
import { MessagePump } from '../message-pump.ts'
import type { LimitWatch } from './limit-watch.ts'
import { type Barrier, startRun, type StatementRun } from '../statement-run.ts'

export interface InboundPort {
  readonly conversation: Conversation<StatementRun>
  readonly gate: Gate
  readonly reader: Pick<SessionReader, 'inspect' | 'again' | 'forwarded'>
  /** Asks the planner behind the bytes sent so far; undefined where nobody can. */
  readonly estimate?: ((planned: Planned) => Promise<Estimate>) | undefined
  readonly prepared: PreparedNames
  readonly log: AuditLog
  readonly barrier: Barrier
  readonly limits: LimitWatch
  readonly maxMessageBytes: number
  readonly allowFunctionCall: boolean
  readonly monotonicMs: () => number
  /** Sends bytes to the agent; false when it can take no more for now. */
  readonly send: (bytes: Uint8Array) => boolean
  /** The client said goodbye. */
  readonly onTerminate: () => void
  /** Something that ends the session: a malformed message, a violation. */
  readonly onFailure: (error: unknown) => void
  /** Whether the client's socket may be read. */
  readonly onFlow: (flowing: boolean) => void
}

/** The way of a client's messages to the agent. */
export class Inbound {
  readonly #port: InboundPort
  readonly #reader: MessageReader
  readonly #pump: MessagePump<RawMessage>
  readonly #cursors = new CursorLimits()

  constructor(port: InboundPort) {
    const { conversation, maxMessageBytes, send, onFailure, onFlow } = port
    this.#port = port
    this.#reader = new MessageReader({ maxMessageBytes })
    this.#pump = new MessagePump({
      next: () => this.#reader.next(),
      take: (raw) => this.#take(raw),
      full: () => conversation.full,
      // Without a Flush the backend may keep the replies that would make room.
      whenFull: FLUSH,
      send,
      onFailure,
      onFlow,
    })
  }

  /** Bytes from the client's socket; the chunk becomes the inbound's own. */
  receive(chunk: Uint8Array): void {
    if (this.#pump.ended) return
    this.#reader.push(chunk)
    this.#pump.pump()
  }

  /** The tunnel can take more again. */
  drained(): void {
    this.#pump.drained()
  }

  /** Nothing more is forwarded. */
  end(): void {
    this.#pump.ended = true
  }

  /** Replies have passed: there may be room for more messages, and names may have settled. */
  replied(): void {
    this.#pump.replied()
  }

  /** Sends the agent something that the client did not. */
  insert(bytes: Uint8Array): void {
    this.#pump.push(bytes)
    this.#pump.flush()
  }

  /** Takes one message; a promise means that the next must wait for it. */
  #take(raw: RawMessage): Promise<void> | undefined {
    const { limits } = this.#port
    if (!limits.admits(raw.tag)) return this.#untilAnswered(raw)
    let message: SessionMessage
    try {
      message = decodeFrontend(raw)
    } catch (error) {
      if (!(error instanceof MalformedMessageError && error.notUtf8)) throw error
      this.#refuse(decodeForRefusal(raw), notUtf8Error(), startRun('', NOT_UTF8, undefined))
      return undefined
    }
    switch (message.type) {
      case 'Query':
        return this.#inspect(raw, message, 'query', message.query)
      case 'Parse':
        return this.#inspect(raw, message, 'parse', message.query, message.parameterTypes)
      case 'Bind':
        return this.#bind(raw, message)
      case 'Execute':
        return this.#execute(raw, message)
      case 'FunctionCall':
        return this.#functionCall(raw, message)
      case 'Terminate':
        this.#forward(raw.bytes, message, undefined)
        this.#pump.flush()
        this.#pump.ended = true
        this.#port.onTerminate()
        break
      case 'Sync':
      case 'Flush':
      case 'Describe':
      case 'Close':
      case 'CopyData':
      case 'CopyDone':
      case 'CopyFail':
        this.#forward(raw.bytes, message, undefined)
        break
    }
    return undefined
  }

  #inspect(
    raw: RawMessage,
    message: SessionMessage,
    phase: StatementPhase,
    text: string,
    parameterTypes?: readonly number[],
  ): Promise<void> | undefined {
    const analysis = this.#port.reader.inspect(text, parameterTypes)
    if (!(analysis instanceof Promise)) return this.#judge(raw.bytes, message, phase, text, analysis)
    return analysis.then((late) => this.#judge(raw.bytes, message, phase, text, late))
  }

  #bind(raw: RawMessage, message: Bind): Promise<void> | undefined {
    const { conversation, prepared } = this.#port
    const lookup = conversation.statementFor(message.statement)
    if (lookup.state === 'unsettled') return this.#untilSettled(raw)
    const parsed = lookup.state === 'known' ? lookup.value.context : undefined
    // A name that the protocol did not prepare may have been prepared in SQL; otherwise what it stands for is unknown.
    const text = parsed?.text ?? ''
    const known =
      parsed === undefined || lookup.state !== 'known'
        ? prepared.statement(message.statement)
        : this.#port.reader.again(text, parsed.analysis, lookup.value.parameterTypes)
    const judge = (analysis: Analysis): Promise<void> | undefined =>
      this.#judge(raw.bytes, message, 'bind', text, analysis, parameterFacts(message, lookup), bound(message, lookup))
    return known instanceof Promise ? known.then(judge) : judge(known)
  }

  #execute(raw: RawMessage, message: Execute): Promise<void> | undefined {
    const { conversation, prepared } = this.#port
    const lookup = conversation.portalFor(message.portal)
    if (lookup.state === 'unsettled') return this.#untilSettled(raw)
    const bound = lookup.state === 'known' ? lookup.value.context : undefined
    if (this.#port.limits.mustWait(bound)) return this.#untilAnswered(raw)
    if (bound === undefined) {
      // A portal that no Bind made: a cursor of SQL, which was judged when it was declared, or nothing at all.
      return this.#judge(raw.bytes, message, 'execute', '', prepared.cursor(message.portal))
    }
    this.#forward(raw.bytes, message, bound)
    return undefined
  }

  /** What a name stands for, or whether the message may go at all, depends on replies: the message is taken again when some have come. */
  async #untilSettled(raw: RawMessage): Promise<void> {
    await this.#pump.untilReplied()
    return this.#take(raw)
  }

  /** The same for what was sent before, whose replies the server may keep back until a Flush. */
  #untilAnswered(raw: RawMessage): Promise<void> {
    if (this.#port.limits.wantsFlush) this.#pump.push(FLUSH)
    return this.#untilSettled(raw)
  }

  #functionCall(raw: RawMessage, message: FunctionCall): Promise<void> | undefined {
    const { allowFunctionCall } = this.#port
    const text = `function call of OID ${message.functionOid}`
    const analysis = allowFunctionCall ? ALLOWED_FUNCTION_CALL : REFUSED_FUNCTION_CALL
    return this.#judge(raw.bytes, message, 'function-call', text, analysis)
  }

  /** Asks the gate, and forwards or refuses as it says; what can change something waits for its record to be on the disk. */
  #judge(
    bytes: Uint8Array,
    message: SessionMessage,
    phase: StatementPhase,
    text: string,
    analysis: Analysis,
    parameters?: readonly ParameterFacts[],
    values: readonly BoundParameter[] = [],
  ): Promise<void> | undefined {
    const { prepared } = this.#port
    const resolved = prepared.resolve(analysis)
    const question: Question = {
      phase,
      text,
      analysis: resolved,
      // A Parse runs nothing, and a cursor was planned when it was declared.
      ...(phase === 'parse' || phase === 'execute' ? { estimates: 'later' as const } : {}),
      estimate: this.#planner(message.type !== 'Query', text, resolved, values),
      ...(parameters === undefined ? {} : { parameters }),
    }
    // The reader lends the bytes only until it gets more, which it does not while this message is held.
    return askGate(this.#port, question, phase !== 'parse', {
      refused: (passage) => {
        const refusal = refusalError(passage.verdict, analysis, text)
        if (refusal !== undefined) this.#refuse(message, refusal, startRun(text, analysis, passage))
        return refusal !== undefined
      },
      forward: (passage) => {
        const { limit } = passage
        const shared =
          message.type === 'Execute'
            ? this.#cursors.forCursor(message.portal, limit)
            : this.#cursors.forText(analysis, limit)
        this.#forward(bytes, message, startRun(text, analysis, passage, shared))
      },
      unrecorded: (error) => this.#refuse(message, unrecordedError(error), startRun(text, analysis, undefined)),
    })
  }

  /** How the planner is asked about a statement of a text; undefined where nobody can ask it. */
  #planner(
    extended: boolean,
    text: string,
    analysis: Analysis,
    parameters: readonly BoundParameter[],
  ): Question['estimate'] {
    const { estimate } = this.#port
    if (estimate === undefined || !analysis.ok) return undefined
    const { statements } = analysis
    return (index) => {
      const range = extended ? undefined : statements[index]?.range
      const planned = range === undefined ? text : text.slice(range.start, range.end)
      if (planned === '') return Promise.resolve(UNPLANNED)
      // INVARIANT: what the client sent before is planned before, too.
      this.#pump.flush()
      return estimate({ text: planned, parameters, extended })
    }
  }

  #refuse(message: SessionMessage, error: ErrorResponse, run: StatementRun): void {
    this.#pump.push(this.#port.conversation.refuse(message, error, run))
    run.forwardedMs = this.#port.monotonicMs()
  }

  #forward(bytes: Uint8Array, message: SessionMessage, run: StatementRun | undefined): void {
    const { conversation, prepared, monotonicMs, limits, reader } = this.#port
    const names = run === undefined ? undefined : sqlNames(prepared.resolve(run.analysis))
    const entry = conversation.frontend(message, run, names)
    if (run !== undefined) {
      if (message.type !== 'Parse') {
        prepared.note(run.analysis)
        reader.forwarded(run.text, run.analysis)
        this.#cursors.note(run.analysis)
      }
      run.forwardedMs = monotonicMs()
    }
    limits.sent(entry)
    this.#pump.push(bytes)
  }
}

function parameterFacts(
  { parameters, parameterFormats }: Bind,
  statement: ReturnType<Conversation<StatementRun>['statementFor']>,
): readonly ParameterFacts[] {
  const types = statement.state === 'known' ? statement.value.parameterTypes : []
  return parameters.map((value, index) => ({
    type: types[index] ?? 0,
    format: (parameterFormats.length === 1 ? parameterFormats[0] : parameterFormats[index]) === 1 ? 'binary' : 'text',
    length: value === null ? null : value.length,
  }))
}

function bound(
  { parameters, parameterFormats }: Bind,
  statement: ReturnType<Conversation<StatementRun>['statementFor']>,
): readonly BoundParameter[] {
  const types = statement.state === 'known' ? statement.value.parameterTypes : []
  return parameters.map((value, index) => ({
    type: types[index] ?? 0,
    binary: (parameterFormats.length === 1 ? parameterFormats[0] : parameterFormats[index]) === 1,
    null: value === null,
    value: value ?? EMPTY,
  }))
}

const EMPTY = new Uint8Array()
const UNPLANNED: Estimate = { failure: 'what its name stands for was prepared in SQL' }
// Which function an OID is, and what it does, nobody here can tell.
const REFUSED_FUNCTION_CALL = opaque('function-call', 'procedural', 'unknown')
const ALLOWED_FUNCTION_CALL = opaque('function-call', 'procedural')
const NOT_UTF8: Analysis = {
  ok: false,
  failure: { code: 'encoding', message: 'the text is not valid UTF-8', position: undefined },
}
const FLUSH = encodeFrontend({ type: 'Flush' })
