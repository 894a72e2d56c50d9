import type { Clock } from '@sallyport/core'
import { mysqlCarrierColumns, mysqlExposureOf } from '@sallyport/masking'
import { Conversation, encodeFrontend } from '@sallyport/mysql-wire'
import type { MysqlDatabase } from '../../database/mysql/open.ts'
import { variablesQuery } from '../../database/mysql/variables.ts'
import { CATALOG_LOOK_MS, StatementJudge } from '../../masking/judge.ts'
import { hmacOf } from '../../masking/keyed.ts'
import { ResultGate } from '../../masking/mysql/result-gate.ts'
import { SessionMemory } from '../../masking/mysql/session-memory.ts'
import { storesProtected } from '../../masking/mysql/write-back.ts'
import type { OpenedSession, Relay } from '../../relay.ts'
import { relaySession, type SessionPort, type SessionSides } from '../relay-session.ts'
import { BackendSide } from './backend-side.ts'
import { FrontendSide } from './frontend-side.ts'
import { MessageMask } from './message-mask.ts'
import { Planner } from './planner.ts'
import { PLAIN_COMMAND, type SentCommand } from './sent-command.ts'
import { createStatementReader, type StatementReaderOptions } from './statement-reader.ts'
import { StatementTimer } from './statement-timer.ts'
import { TextSettings } from './text-settings.ts'

/** What all sessions of an agent share. */
export interface MysqlRelayOptions extends StatementReaderOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** A relay for MySQL and MariaDB sessions. */
export function createMysqlRelay(options: MysqlRelayOptions): Relay<MysqlDatabase> {
  return (opened) => relaySession(opened, (port) => mysqlSides(opened, options, port))
}

/** Two directions that share a conversation. */
function mysqlSides(opened: OpenedSession<MysqlDatabase>, options: MysqlRelayOptions, port: SessionPort): SessionSides {
  const { session, connection, database, limits } = opened
  const { capabilities, server } = database
  const conversation = new Conversation<SentCommand>({ capabilities })
  const memory = new SessionMemory()
  const settings = new TextSettings(server, database.variables, connection.functions)
  const { details, read } = createStatementReader(options, settings)
  const judge = new StatementJudge({
    read,
    expose: (statement, protection, text) => {
      const answer = mysqlExposureOf(statement, protection, memory, text)
      memory.judged(statement.kind, answer.exposure)
      return answer
    },
    stores: (facts, protection) =>
      storesProtected(facts, protection, () => details(facts)?.map(({ stored }) => stored)),
    carriers: mysqlCarrierColumns,
    catalog: opened.catalog,
    memory,
    clock: options.clock,
    catalogLookMs: CATALOG_LOOK_MS,
    signal: session.signal,
    // What a session did to objects shows to others at once.
    settled: () => conversation.pending === 0,
  })
  const timer = new StatementTimer(database.statementTimeoutMs, port.cancel)
  let owed = 0
  const write = (bytes: Uint8Array): void => {
    owed = conversation.pending
    timer.sent(owed === 1)
    port.write(bytes)
  }
  const shared = { conversation, judge, memory, settings, floor: connection.floor, onFailure: port.fail }
  const backend = new BackendSide({
    ...shared,
    gate: new ResultGate({
      judge,
      memory,
      hmac: hmacOf(opened.hashKey),
      shapes: (facts) => details(facts)?.map(({ output }) => output),
    }),
    mask: new MessageMask(judge, memory, capabilities),
    maxMessageBytes: limits.maskedRowBytes,
    output: port.output,
    onHold: port.holdDatabase,
    onProgress: () => {
      if (conversation.pending !== owed) timer.answered(conversation.pending)
      owed = conversation.pending
      port.progressed()
    },
  })
  const planner = new Planner({
    conversation,
    capabilities,
    judge,
    flavour: server.reading.flavour,
    read,
    details,
    characterSet: () => settings.current.characterSet,
    write,
  })
  const frontend = new FrontendSide({
    ...shared,
    estimate: (question) => planner.estimate(question),
    tell: (control) => port.output.control(control),
    capabilities,
    maxMessageBytes: limits.messageBytes,
    write,
    answer: (bytes) => backend.answer(bytes),
    onUncertain: () => {
      write(conversation.inject(own(variablesQuery(server)), ASKING))
      settings.sent()
    },
    onReset: () => {
      // A reset gives the session the server's own settings: it gets its own again before anything else is read.
      for (const text of database.pins) write(conversation.inject(own(text), { ...PLAIN_COMMAND, settles: true }))
      write(conversation.inject(own(variablesQuery(server)), ASKING))
      for (let left = database.pins.length + 1; left > 0; left -= 1) settings.sent()
    },
    onHold: port.holdClient,
  })
  return {
    setRules: (sources) => judge.setRules(sources),
    prepare: () => judge.prepare(),
    fromClient: (chunk) => frontend.push(chunk),
    fromDatabase: (chunk) => backend.push(chunk),
    progressed: () => frontend.progressed(),
    whenTaken: (act) => frontend.whenTaken(act),
    hold: () => frontend.hold(),
    release: () => frontend.release(),
    ask: (question) => frontend.ask(question),
    busy: () => conversation.pending > 0,
    ending: () => conversation.terminated || conversation.leaving,
    farewell: encodeFrontend({ type: 'COM_QUIT' }, conversation.commands),
    over: () => timer.stop(),
  }
}

function own(text: string): {
  readonly type: 'COM_QUERY'
  readonly attributes: readonly []
  readonly query: Uint8Array
} {
  return { type: 'COM_QUERY', attributes: [], query: Buffer.from(text) }
}

const ASKING = { ...PLAIN_COMMAND, settles: true, asksVariables: true } as const
