/*
 * Theory of operation
 *
 * What a client sends is cut into whole messages, and each is taken in turn: a message that can make the server do something goes to the
 * gate first; everything else is registered with the conversation and forwarded. A message whose answer takes time (a long text is parsed
 * elsewhere, a write waits for its record to be on the disk) holds back all that follow it, so the order of the client's messages is the
 * order of the backend's. While one is held, and while too much waits for replies or for the tunnel, the client's socket is not read.
 */
import type { ParameterFacts, StatementPhase } from '@sallyport/audit'
import { AuditFileError, type AuditLog } from '@sallyport/audit-file'
import type { Analysis } from '@sallyport/core'
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
import { sqlNames } from '../../guard/postgres/sql-names.ts'
import { opaque } from '../../guard/postgres/opaque.ts'
import type { PreparedNames } from '../../guard/postgres/prepared-names.ts'
import type { Gate, Passage } from '../../guard/gate.ts'
import { notUtf8Error, refusalError, unrecordedError } from '../../reply/postgres/refusal.ts'
import { type Barrier, startRun, type StatementRun } from './statement-run.ts'

export interface InboundPort {
  readonly conversation: Conversation<StatementRun>
  readonly gate: Gate
  readonly inspect: (text: string) => Analysis | Promise<Analysis>
  readonly prepared: PreparedNames
  readonly log: AuditLog
  readonly barrier: Barrier
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
  #out: Uint8Array[] = []
  #held = false
  #blocked = false
  #flowing = true
  #ended = false
  #onReplies: (() => void) | undefined

  constructor(port: InboundPort) {
    this.#port = port
    this.#reader = new MessageReader({ maxMessageBytes: port.maxMessageBytes })
  }

  /** Bytes from the client's socket; the chunk becomes the inbound's own. */
  receive(chunk: Uint8Array): void {
    if (this.#ended) return
    this.#reader.push(chunk)
    this.pump()
  }

  /** The tunnel can take more again. */
  drained(): void {
    this.#blocked = false
    this.pump()
  }

  /** Nothing more is forwarded. */
  end(): void {
    this.#ended = true
  }

  /** Replies have passed: there may be room for more messages, and names may have settled. */
  replied(): void {
    this.#onReplies?.()
    this.pump()
  }

  /** Takes what is there. */
  pump(): void {
    const { conversation } = this.#port
    try {
      while (!this.#ended && !this.#held && !this.#blocked && !conversation.full) {
        const raw = this.#reader.next()
        if (raw === undefined) break
        const taken = this.#take(raw)
        if (taken !== undefined) this.#hold(taken)
      }
      // Without a Flush the backend may keep the replies that would make room.
      if (conversation.full && this.#flowing) this.#out.push(FLUSH)
      this.#flush()
      this.#setFlow(!this.#held && !this.#blocked && !conversation.full)
    } catch (error) {
      this.#fail(error)
    }
  }

  #hold(taken: Promise<void>): void {
    this.#held = true
    this.#flush()
    taken.then(
      () => this.#release(),
      (error: unknown) => this.#fail(error),
    )
  }

  #release(): void {
    this.#held = false
    this.pump()
  }

  /** Takes one message; a promise means that the next must wait for it. */
  #take(raw: RawMessage): Promise<void> | undefined {
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
        return this.#inspect(raw, message, 'parse', message.query)
      case 'Bind':
        return this.#bind(raw, message)
      case 'Execute':
        return this.#execute(raw, message)
      case 'FunctionCall':
        return this.#functionCall(raw, message)
      case 'Terminate':
        this.#forward(raw.bytes, message, undefined)
        this.#flush()
        this.#ended = true
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

  #inspect(raw: RawMessage, message: SessionMessage, phase: StatementPhase, text: string): Promise<void> | undefined {
    const analysis = this.#port.inspect(text)
    if (!(analysis instanceof Promise)) return this.#judge(raw.bytes, message, phase, text, analysis)
    return analysis.then((late) => this.#judge(raw.bytes, message, phase, text, late))
  }

  #bind(raw: RawMessage, message: Bind): Promise<void> | undefined {
    const { conversation, prepared } = this.#port
    const lookup = conversation.statementFor(message.statement)
    if (lookup.state === 'unsettled') return this.#untilSettled(raw)
    const parsed = lookup.state === 'known' ? lookup.value.context : undefined
    // A name that the protocol did not prepare may have been prepared in SQL; otherwise what it stands for is unknown.
    const analysis = parsed?.analysis ?? prepared.statement(message.statement)
    const text = parsed?.text ?? ''
    return this.#judge(raw.bytes, message, 'bind', text, analysis, parameterFacts(message, lookup))
  }

  #execute(raw: RawMessage, message: Execute): Promise<void> | undefined {
    const { conversation, prepared } = this.#port
    const lookup = conversation.portalFor(message.portal)
    if (lookup.state === 'unsettled') return this.#untilSettled(raw)
    const bound = lookup.state === 'known' ? lookup.value.context : undefined
    if (bound === undefined) {
      // A portal that no Bind made: a cursor of SQL, which was judged when it was declared, or nothing at all.
      return this.#judge(raw.bytes, message, 'execute', '', prepared.cursor(message.portal))
    }
    this.#forward(raw.bytes, message, bound)
    return undefined
  }

  /** What a name stands for depends on replies that are on their way: the message is taken again when some have come. */
  async #untilSettled(raw: RawMessage): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onReplies = resolve
    })
    this.#onReplies = undefined
    return this.#take(raw)
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
  ): Promise<void> | undefined {
    const { gate, log, barrier, prepared } = this.#port
    let passage: Passage
    try {
      passage = gate.pass({
        phase,
        text,
        analysis: prepared.resolve(analysis),
        ...(parameters === undefined ? {} : { parameters }),
      })
      log.flush(passage.receipt)
    } catch (error) {
      this.#refuseUnrecorded(message, text, analysis, error)
      return undefined
    }
    barrier.receipt = passage.receipt
    const run = startRun(text, analysis, passage)
    const refusal = refusalError(passage.verdict, analysis, text)
    if (refusal !== undefined) {
      this.#refuse(message, refusal, run)
      return undefined
    }
    const durable = passage.waits && phase !== 'parse' ? log.durable(passage.receipt) : undefined
    if (durable === undefined) {
      this.#forward(bytes, message, run)
      return undefined
    }
    // The reader lends the bytes only until it gets more, which it does not while this message is held.
    return durable.then(
      () => this.#forward(bytes, message, run),
      (error: unknown) => this.#refuseUnrecorded(message, text, analysis, error),
    )
  }

  #refuseUnrecorded(message: SessionMessage, text: string, analysis: Analysis, error: unknown): void {
    if (!(error instanceof AuditFileError)) throw error
    this.#refuse(message, unrecordedError(error), startRun(text, analysis, undefined))
  }

  #refuse(message: SessionMessage, error: ErrorResponse, run: StatementRun): void {
    this.#out.push(this.#port.conversation.refuse(message, error, run))
    run.forwardedMs = this.#port.monotonicMs()
  }

  #forward(bytes: Uint8Array, message: SessionMessage, run: StatementRun | undefined): void {
    const { conversation, prepared, monotonicMs } = this.#port
    conversation.frontend(message, run, run === undefined ? undefined : sqlNames(prepared.resolve(run.analysis)))
    if (run !== undefined) {
      if (message.type !== 'Parse') prepared.note(run.analysis)
      run.forwardedMs = monotonicMs()
    }
    this.#out.push(bytes)
  }

  #flush(): void {
    const [only, ...more] = this.#out
    if (only === undefined || this.#ended) return
    this.#out = []
    if (!this.#port.send(more.length === 0 ? only : Buffer.concat([only, ...more]))) this.#blocked = true
  }

  #setFlow(flowing: boolean): void {
    if (flowing === this.#flowing) return
    this.#flowing = flowing
    this.#port.onFlow(flowing)
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#flush()
    this.#ended = true
    this.#port.onFailure(error)
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

// Which function an OID is, and what it does, nobody here can tell.
const REFUSED_FUNCTION_CALL = opaque('function-call', 'procedural', 'unknown')
const ALLOWED_FUNCTION_CALL = opaque('function-call', 'procedural')
const NOT_UTF8: Analysis = {
  ok: false,
  failure: { code: 'encoding', message: 'the text is not valid UTF-8', position: undefined },
}
const FLUSH = encodeFrontend({ type: 'Flush' })
