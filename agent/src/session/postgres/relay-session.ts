import { randomUUID } from 'node:crypto'
import type { LongTextReader } from '@sallyport/sql-worker'
import type { Clock } from '@sallyport/core'
import { exposureOf } from '@sallyport/masking'
import { Conversation, encodeFrontend } from '@sallyport/pg-wire'
import { type PostgresAnalyser, type StatementCache, UNKNOWN_USER_CODE } from '@sallyport/sql'
import type { StatementFacts } from '../../masking/facts.ts'
import { CATALOG_LOOK_MS, StatementJudge } from '../../masking/judge.ts'
import { hmacOf } from '../../masking/keyed.ts'
import { SessionMemory } from '../../masking/postgres/session-memory.ts'
import { storesProtectedText } from '../../masking/postgres/write-back.ts'
import type { OpenedSession, Relay } from '../../relay.ts'
import { relaySession, type SessionPort, type SessionSides } from '../relay-session.ts'
import { BackendSide } from './backend-side.ts'
import { FrontendSide } from './frontend-side.ts'
import { Planner } from './planner.ts'
import { createStatementReader } from './statement-reader.ts'

/** What all sessions of an agent share. */
export interface RelayOptions {
  readonly analyser: PostgresAnalyser
  readonly cache: StatementCache
  readonly readLongText: LongTextReader['analyse']
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** A relay for PostgreSQL sessions. */
export function createRelay(options: RelayOptions): Relay {
  return (opened) => relaySession(opened, (port) => postgresSides(opened, options, port))
}

/** Two directions that share a conversation. */
function postgresSides(opened: OpenedSession, options: RelayOptions, port: SessionPort): SessionSides {
  const { session, connection, limits } = opened
  const conversation = new Conversation<StatementFacts>()
  const memory = new SessionMemory(session.open.startup)
  const analyser = createStatementReader({
    ...options,
    functions: connection.functions,
    userCode: opened.userCode ?? (() => UNKNOWN_USER_CODE),
  })
  const judge = new StatementJudge({
    read: (text) => analyser.analyse(text, memory.searchPath),
    expose: (statement, protection) => exposureOf(statement, protection, memory),
    stores: (facts, protection) => storesProtectedText(facts, protection, analyser.storedColumns),
    catalog: opened.catalog,
    memory,
    clock: options.clock,
    catalogLookMs: CATALOG_LOOK_MS,
    signal: session.signal,
    settled: () => conversation.transaction === 'idle' && conversation.pending === 0,
  })
  const shared = { conversation, judge, memory, floor: connection.floor, onFailure: port.fail }
  const backend = new BackendSide({
    ...shared,
    hmac: hmacOf(opened.hashKey),
    copyStream: analyser.copyStream,
    maxMessageBytes: limits.maskedRowBytes,
    output: port.output,
    onHold: port.holdDatabase,
    onProgress: port.progressed,
  })
  const planner = new Planner({
    conversation,
    judge,
    analyser,
    name: `sallyport ${randomUUID()}`,
    write: port.write,
    exchange: (end) => backend.exchange(end),
  })
  const frontend = new FrontendSide({
    ...shared,
    analyser,
    estimate: (question) => planner.estimate(question),
    tell: (control) => port.output.control(control),
    onFailed: (error) => backend.failed(error),
    maxMessageBytes: limits.messageBytes,
    describe: (query) => {
      // Behind the client's back. The unnamed statement is free: the Query that follows does away with it.
      const described = backend.exchange('ready')
      port.write(encodeFrontend({ type: 'Parse', name: '', query, parameterTypes: [] }))
      port.write(encodeFrontend({ type: 'Describe', target: 'statement', name: '' }))
      port.write(encodeFrontend({ type: 'Sync' }))
      return described
    },
    onCopyDescribed: (facts, fields) => backend.copyDescribed(facts, fields),
    write: port.write,
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
    busy: () => conversation.pending > 0 || backend.exchanging,
    ending: () => conversation.terminated || conversation.leaving,
    farewell: encodeFrontend({ type: 'Terminate' }),
  }
}
