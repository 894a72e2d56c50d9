/*
 * Theory of operation
 *
 * What a client sends is cut into whole commands, and each is taken in turn (`message-pump.ts`). A command that can make the server do something goes to
 * the gate first: with its own text, with the text that it amounts to (`command-texts.ts`), or with that of the statement it runs. A refused command is
 * never sent: its ERR takes its place among the replies. What a text means depends on the session's settings, so a text waits while a statement that may
 * change them has no reply.
 */
import type { ParameterFacts, StatementPhase } from '@sallyport/audit'
import type { AuditLog } from '@sallyport/audit-file'
import type { Analysis } from '@sallyport/core'
import {
  ConversationFullError,
  decodeFrontend,
  statementIdOf,
  type Conversation,
  type ErrPacket,
  type FrontendMessage,
  type LocalAnswer,
  type OkPacket,
  type PreparedStatement,
  type RawPacket,
  type SessionCommand,
} from '@sallyport/mysql-wire'
import { mysqlLocalFiles } from '@sallyport/sql'
import type { Gate, Question } from '../../guard/gate.ts'
import { READS_TEXT, textOf } from '../../guard/mysql/command-texts.ts'
import type { KeyedSettings } from '../../guard/mysql/inspector.ts'
import { killOf, killsSomebody, type KillRequest } from '../../guard/mysql/kill.ts'
import { ADMINISTRATION, KILL_OTHER, KILL_OWN, RESET, oneStatement } from '../../guard/mysql/stand-ins.ts'
import type { PreparedNames } from '../../guard/prepared-names.ts'
import {
  CHANGE_USER,
  KILL_INSIDE,
  NOT_AVAILABLE,
  noSuchThread,
  OK,
  PREPARE_AGAIN,
  TOO_MANY_STATEMENTS,
  UNKNOWN_COMMAND,
  unknownStatement,
} from '../../reply/mysql/command-replies.ts'
import { errorPacket, refusalError, unrecordedError, type Words } from '../../reply/mysql/refusal.ts'
import { askGate } from '../judgement.ts'
import { MessagePump } from '../message-pump.ts'
import type { Barrier } from '../statement-run.ts'
import { startCommand, type CommandFacts, type CommandRun } from './command-run.ts'
import { commandsOf, type ClientLayer } from './compression.ts'
import { LongData, bulkFacts, parameterFacts } from './parameter-facts.ts'
import type { LimitWatch } from './limit-watch.ts'
import { boundValues, plannerFor, type BoundValues, type PlanningPort } from './planning.ts'
import { QUESTION, type SessionSettings } from './session-settings.ts'
import { readsSame } from './reads-same.ts'
import { readText } from './text.ts'

export interface InboundPort {
  readonly conversation: Conversation<CommandRun>
  readonly gate: Gate
  readonly settings: SessionSettings
  /** The settings now, with the connection's functions. */
  readonly keyed: () => KeyedSettings
  readonly inspect: (text: string, keyed: KeyedSettings) => Analysis | Promise<Analysis>
  readonly prepared: PreparedNames
  /** Asks the database's planner; undefined where the agent cannot. */
  readonly estimate: PlanningPort['estimate']
  readonly log: AuditLog
  readonly barrier: Barrier
  readonly limits: LimitWatch
  readonly maxMessageBytes: number
  /** Where packets come out of what the client sends. */
  readonly layer: Pick<ClientLayer, 'push' | 'next'>
  /** Whether a text may hold several statements. */
  readonly multiStatements: boolean
  readonly monotonicMs: () => number
  /** Ends or cancels the session that a KILL means to this one; undefined when there is none. */
  readonly kill: (request: KillRequest) => (() => void) | undefined
  /** Sends bytes to the agent; false when it can take no more for now. */
  readonly send: (bytes: Uint8Array) => boolean
  /** Writes to the client what is answered here, when its turn has come. */
  readonly answer: (bytes: Uint8Array) => void
  /** Whether a client that does not read has enough of such answers. */
  readonly answersWait: () => boolean
  /** The client said goodbye. */
  readonly onTerminate: () => void
  /** Something that ends the session: a malformed message, a violation. */
  readonly onFailure: (error: unknown) => void
  /** Whether the client's socket may be read. */
  readonly onFlow: (flowing: boolean) => void
}

/** What goes with a command that is judged. */
interface Handling {
  readonly parameters?: readonly ParameterFacts[] | undefined
  readonly values?: BoundValues
  readonly onForward?: (run: CommandRun) => void
  /** What is done in place of forwarding. */
  readonly here?: (run: CommandRun) => void
}

/** The way of a client's commands to the agent. */
export class Inbound {
  readonly #port: InboundPort
  readonly #pump: MessagePump<RawPacket>
  readonly #longData = new LongData()
  /** The last execution of each statement, for the rows that a cursor brings later. */
  readonly #executions = new Map<number, CommandRun>()
  #multiStatements: boolean

  constructor(port: InboundPort) {
    const { conversation, layer, answersWait, maxMessageBytes, multiStatements, send, onFailure, onFlow } = port
    this.#port = port
    this.#multiStatements = multiStatements
    this.#pump = new MessagePump({
      next: commandsOf(layer, maxMessageBytes),
      take: (raw) => this.#take(raw),
      full: () => conversation.full || answersWait(),
      whenFull: undefined,
      send,
      onFailure,
      onFlow,
    })
  }

  /** What the client sent; the chunk becomes the inbound's own. */
  receive(chunk: Uint8Array): void {
    if (this.#pump.ended) return
    this.#port.layer.push(chunk)
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

  /** Replies have passed: there may be room for more commands, and statements and settings may have settled. */
  replied(): void {
    this.#pump.replied()
  }

  /** Takes one command; a promise means that the next must wait for it. */
  #take(raw: RawPacket): Promise<void> | undefined {
    const { conversation, settings, limits } = this.#port
    if (conversation.awaitsFile) {
      conversation.file(raw)
      this.#pump.push(raw.bytes)
      return undefined
    }
    if (!limits.admits(raw)) return this.#later(raw)
    const message = decodeFrontend(raw, conversation.commands)
    const id = statementIdOf(message)
    const found = id === undefined ? undefined : conversation.statementFor(id)
    const readsText = READS_TEXT.has(message.type)
    if (readsText && settings.uncertain && !settings.unsettled) this.#ask()
    if (found?.state === 'unsettled' || (readsText && settings.unsettled)) return this.#later(raw)
    if (found?.state === 'unknown') return this.#refuse(raw, message, unknownStatement(message.type, id ?? 0))
    const statement = found?.value
    switch (message.type) {
      case 'COM_QUERY':
        return this.#text(raw, message, 'query', readText(message.query, this.#port.keyed().settings.characterSet))
      case 'COM_STMT_PREPARE':
        return this.#text(raw, message, 'parse', readText(message.query, this.#port.keyed().settings.characterSet))
      case 'COM_INIT_DB':
      case 'COM_FIELD_LIST':
      case 'COM_PROCESS_INFO':
      case 'COM_STATISTICS':
        return this.#text(raw, message, 'query', textOf(message))
      case 'COM_STMT_EXECUTE':
      case 'COM_STMT_BULK_EXECUTE':
        return statement && this.#execute(raw, message, statement)
      case 'COM_STMT_FETCH':
        return this.#forward(raw, message, statement && this.#executions.get(statement.id))
      case 'COM_PROCESS_KILL':
        return this.#kill(raw, message, `KILL ${message.connectionId}`, {
          what: 'connection',
          id: message.connectionId,
        })
      case 'COM_STMT_SEND_LONG_DATA':
        if (statement !== undefined) this.#longData.add(statement.id, message.parameter, message.data.length)
        return this.#forward(raw, message, undefined)
      case 'COM_STMT_RESET':
      case 'COM_STMT_CLOSE':
        if (statement !== undefined) this.#forget(statement.id, message.type === 'COM_STMT_CLOSE')
        return this.#forward(raw, message, undefined)
      case 'COM_SET_OPTION':
        this.#multiStatements = message.option === 0
        return this.#forward(raw, message, undefined)
      case 'COM_RESET_CONNECTION':
        return this.#judge(raw, message, 'query', this.#standIn('reset connection', RESET), {
          onForward: () => this.#reset(),
        })
      case 'COM_PING':
        return this.#forward(raw, message, undefined)
      case 'COM_QUIT':
        this.#forward(raw, message, undefined)
        this.#pump.flush()
        this.#pump.ended = true
        this.#port.onTerminate()
        return undefined
      case 'COM_DEBUG':
      case 'COM_REFRESH':
        return this.#judge(raw, message, 'query', this.#standIn(message.type, ADMINISTRATION))
      case 'COM_CHANGE_USER':
        return this.#refuseAlways(raw, message, message.type, CHANGE_USER)
      case 'unavailable':
    }
    const { command, code } = message
    return this.#refuseAlways(
      raw,
      message,
      command ?? `command ${code}`,
      command === undefined ? UNKNOWN_COMMAND : NOT_AVAILABLE,
    )
  }

  /** Asks the server for what decides how it reads texts; those wait for the answer. It is our own word about the session, and no statement of the client's. */
  #ask(): void {
    const { conversation, settings } = this.#port
    this.#pump.push(conversation.inject({ type: 'COM_QUERY', attributes: [], query: Buffer.from(QUESTION) }))
    this.#pump.flush()
    settings.forwarded()
  }

  /** What it means depends on replies that are on their way: it is taken again when some have come. */
  async #later(raw: RawPacket): Promise<void> {
    await this.#pump.untilReplied()
    return this.#take(raw)
  }

  #text(raw: RawPacket, message: SessionCommand, phase: StatementPhase, text: string): Promise<void> | undefined {
    const keyed = this.#port.keyed()
    const analysis = this.#port.inspect(text, keyed)
    if (!(analysis instanceof Promise)) return this.#inspected(raw, message, phase, text, keyed, analysis)
    return analysis.then((late) => this.#inspected(raw, message, phase, text, keyed, late))
  }

  #inspected(
    raw: RawPacket,
    message: SessionCommand,
    phase: StatementPhase,
    text: string,
    { settings }: KeyedSettings,
    found: Analysis,
  ): Promise<void> | undefined {
    const kill = killOf(text, found)
    if (kill !== undefined && phase === 'query') return this.#kill(raw, message, text, kill)
    const single = phase === 'parse' || !this.#multiStatements
    const analysis = single ? oneStatement(found) : found
    const judged = this.#port.prepared.resolve(analysis)
    // Nobody but the gateway knows whose session a number means.
    if (judged.ok && judged.statements.some(killsSomebody)) {
      return this.#refuseAlways(raw, message, text, KILL_INSIDE)
    }
    const unsettles = phase === 'query' && this.#port.settings.mayChange(judged)
    const facts = { text, analysis, settings, judged, unsettles }
    const attributes = message.type === 'COM_QUERY' ? parameterFacts(message.attributes) : undefined
    return this.#judge(raw, message, phase, facts, { parameters: attributes })
  }

  #execute(
    raw: RawPacket,
    message: Extract<SessionCommand, { readonly type: 'COM_STMT_EXECUTE' | 'COM_STMT_BULK_EXECUTE' }>,
    statement: PreparedStatement<CommandRun>,
  ): Promise<void> | undefined {
    const { context } = statement
    if (context === undefined) return this.#refuse(raw, message, unknownStatement(message.type, statement.id))
    // A server that prepares the statement anew reads it as it reads texts now.
    if (!readsSame(context, this.#port)) return this.#refuse(raw, message, PREPARE_AGAIN)
    const parameters =
      message.type === 'COM_STMT_BULK_EXECUTE'
        ? bulkFacts(message)
        : parameterFacts(message.parameters, this.#longData.of(statement.id))
    const facts = { ...context, unsettles: this.#port.settings.mayChange(context.judged) }
    const onForward = (run: CommandRun): void => {
      this.#longData.clear(statement.id)
      this.#executions.set(statement.id, run)
    }
    const values = boundValues(message, statement.parameterCount)
    return this.#judge(raw, message, 'bind', facts, { parameters, values, onForward })
  }

  /** A KILL is done here: the numbers that a client knows are ours to explain. */
  #kill(raw: RawPacket, message: SessionCommand, text: string, request: KillRequest): Promise<void> | undefined {
    const act = this.#port.kill(request)
    const facts = this.#standIn(text, act === undefined ? KILL_OTHER : KILL_OWN)
    const here = (run: CommandRun): void => {
      this.#answer(raw, message, act === undefined ? errorPacket(noSuchThread(request)) : OK, run)
      act?.()
    }
    return this.#judge(raw, message, 'query', facts, { here })
  }

  /** A command that no policy lets pass. It is recorded as one that cannot be read. */
  #refuseAlways(raw: RawPacket, message: FrontendMessage, text: string, words: Words): undefined {
    const analysis: Analysis = { ok: false, failure: { code: 'syntax', message: words.message, position: undefined } }
    void askGate(this.#port, { phase: 'query', text, analysis }, false, {
      refused: (passage) => {
        this.#answer(raw, message, errorPacket(words), startCommand(this.#standIn(text, analysis), passage))
        return true
      },
      forward: () => undefined,
      unrecorded: (error) => this.#answer(raw, message, unrecordedError(error)),
    })
    return undefined
  }

  /** Asks the gate, and forwards or refuses as it says; what can change something waits for its record to be on the disk. */
  #judge(
    raw: RawPacket,
    message: SessionCommand,
    phase: StatementPhase,
    facts: CommandFacts,
    { parameters, values = [], onForward, here }: Handling = {},
  ): Promise<void> | undefined {
    const question: Question = {
      phase,
      text: facts.text,
      analysis: facts.judged,
      // Preparing runs nothing.
      ...(phase === 'parse' ? { estimates: 'later' as const } : {}),
      estimate: plannerFor(facts, values, { estimate: this.#port.estimate, flush: () => this.#pump.flush() }),
      ...(parameters === undefined ? {} : { parameters }),
    }
    return askGate(this.#port, question, phase !== 'parse', {
      refused: (passage) => {
        const refusal = refusalError(passage.verdict, facts)
        if (refusal !== undefined) this.#answer(raw, message, refusal, startCommand(facts, passage))
        return refusal !== undefined
      },
      forward: (passage) => {
        const run = startCommand(facts, passage)
        if (here !== undefined) return here(run)
        this.#forward(raw, message, run)
        onForward?.(run)
      },
      unrecorded: (error) => this.#answer(raw, message, unrecordedError(error), startCommand(facts, undefined)),
    })
  }

  #forward(raw: RawPacket, message: SessionCommand, run: CommandRun | undefined): undefined {
    const { conversation, prepared, settings, monotonicMs, limits } = this.#port
    const rewritten = conversation.rewrite(message)
    const files = run === undefined ? undefined : mysqlLocalFiles(run.text, run.analysis)
    try {
      const facts = { sequence: raw.nextSequence, ...(files === undefined ? {} : { files }) }
      limits.sent(conversation.frontend(message, run, facts))
    } catch (error) {
      if (!(error instanceof ConversationFullError)) throw error
      return this.#refuse(raw, message, TOO_MANY_STATEMENTS)
    }
    if (run !== undefined) {
      run.forwardedMs = monotonicMs()
      if (message.type === 'COM_QUERY') prepared.note(run.analysis)
      if (run.unsettles && message.type !== 'COM_STMT_FETCH') settings.forwarded()
    }
    this.#pump.push(rewritten ?? raw.bytes)
    return undefined
  }

  #refuse(raw: RawPacket, message: FrontendMessage, words: Words): undefined {
    this.#answer(raw, message, errorPacket(words))
    return undefined
  }

  #answer(raw: RawPacket, message: FrontendMessage, reply: ErrPacket | OkPacket, run?: CommandRun): void {
    const { conversation, answer } = this.#port
    const facts = { sequence: raw.nextSequence }
    const { toFrontend, toBackend }: LocalAnswer =
      reply.type === 'OK'
        ? conversation.answer(message, reply, run, facts)
        : conversation.refuse(message, reply, run, facts)
    if (toBackend !== undefined) this.#pump.push(toBackend)
    if (toFrontend !== undefined) answer(toFrontend)
  }

  /** All names and statements are gone. */
  #reset(): void {
    this.#multiStatements = this.#port.multiStatements
    this.#executions.clear()
    this.#port.prepared.clear()
  }

  #forget(statementId: number, closed: boolean): void {
    this.#longData.clear(statementId)
    if (closed) this.#executions.delete(statementId)
  }

  /** The facts of a command without a text. */
  #standIn(text: string, analysis: Analysis): CommandFacts {
    return { text, analysis, judged: analysis, settings: this.#port.keyed().settings, unsettles: analysis === RESET }
  }
}
