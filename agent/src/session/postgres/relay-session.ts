import type { LongTextReader } from '@sallyport/sql-worker'
import type { Clock } from '@sallyport/core'
import { exposureOf } from '@sallyport/masking'
import { Conversation, encodeFrontend } from '@sallyport/pg-wire'
import type { PostgresAnalyser, StatementCache } from '@sallyport/sql'
import type { StatementFacts } from '../../masking/facts.ts'
import { CATALOG_LOOK_MS, StatementJudge } from '../../masking/judge.ts'
import { hmacOf } from '../../masking/keyed.ts'
import { SessionMemory } from '../../masking/postgres/session-memory.ts'
import { storesProtectedText } from '../../masking/postgres/write-back.ts'
import type { OpenedSession, Relay } from '../../relay.ts'
import { relaySession, type SessionPort, type SessionSides } from '../relay-session.ts'
import { BackendSide } from './backend-side.ts'
import { FrontendSide } from './frontend-side.ts'
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

<<<<<<< HEAD
/**
 * One session: two directions that share a conversation. This class only moves bytes and ends things; what a message means is the business of
 * the two sides.
 *
 * Ending: whichever end goes first takes the other with it. When the client's end goes while something runs, it is cancelled, so that the
 * database is free at once; when the database goes, the gateway is told.
 */
class SessionRelay {
  readonly #opened: OpenedSession
  readonly #socket: Socket
  readonly #conversation: Conversation<StatementFacts>
  readonly #judge: StatementJudge
  readonly #output: ClientOutput
  readonly #frontend: FrontendSide
  readonly #backend: BackendSide
  readonly #clientHolds = new Set<'work' | 'database'>()
  readonly #databaseHolds = new Set<'work' | 'client'>()
  readonly #done: Promise<void>
  #resolveDone: () => void = () => {}
  #over = false

  constructor(opened: OpenedSession, options: RelayOptions) {
    const { session, connection, database, limits } = opened
    this.#opened = opened
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    this.#socket = database.socket
    this.#conversation = new Conversation()
    const memory = new SessionMemory(session.open.startup)
    const analyser = createStatementReader(options.analyser, options.cache, connection.functions, options.readLongText)
    this.#judge = new StatementJudge({
      analyser,
      catalog: opened.catalog,
      memory,
      clock: options.clock,
      catalogLookMs: CATALOG_LOOK_MS,
      signal: session.signal,
      settled: () => this.#conversation.transaction === 'idle' && this.#conversation.pending === 0,
    })
    this.#output = new ClientOutput(session)
    const onFailure = (error: unknown): void => this.#fail(error)
    const shared = { conversation: this.#conversation, judge: this.#judge, memory, floor: connection.floor, onFailure }
    this.#backend = new BackendSide({
      ...shared,
      hmac: hmacOf(opened),
      maxMessageBytes: limits.maskedRowBytes,
      output: this.#output,
      onHold: (held) => this.#holdDatabase('work', held),
      onProgress: () => {
        if (this.#output.congested) this.#holdDatabase('client', true)
        this.#frontend.progressed()
      },
    })
    this.#frontend = new FrontendSide({
      ...shared,
      analyser,
      maxMessageBytes: limits.messageBytes,
      describe: (query) => this.#describe(query),
      onCopyDescribed: (facts, fields) => this.#backend.copyDescribed(facts, fields),
      write: (bytes) => this.#write(bytes),
      onHold: (held) => this.#holdClient('work', held),
    })
  }

  async run(): Promise<void> {
    const { session, database, ready } = this.#opened
    this.#setRules(session.open.masking)
    await this.#judge.prepare()
    session.ready(ready)
    this.#socket.on('error', () => this.#databaseGone())
    this.#socket.on('close', () => this.#databaseGone())
    this.#socket.on('end', () => this.#databaseGone())
    this.#socket.on('drain', () => this.#holdClient('database', false))
    if (database.leftover.length > 0) this.#backend.push(database.leftover)
    this.#socket.on('data', (chunk: Buffer) => {
      if (!this.#over) this.#backend.push(chunk)
    })
    this.#socket.resume()
    session.handle({
      onData: (chunk) => {
        if (this.#over) return
        this.#socket.cork()
        this.#frontend.push(chunk)
        this.#socket.uncork()
      },
      onControl: (message) => this.#control(message),
      onDrain: () => {
        this.#output.drained()
        this.#holdDatabase('client', false)
      },
      onClosed: () => this.#clientGone(),
    })
    await this.#done
  }

  #control(message: GatewayControl): void {
    if (message.type === 'cancel') {
      this.#cancel()
      return
    }
    try {
      this.#setRules(message.masking)
    } catch (error) {
      this.#fail(error)
    }
  }

  /**
   * A cancel is about what came before it. What runs is cancelled at once; what is still being judged is cancelled when it has been sent.
   */
  #cancel(): void {
    if (this.#conversation.pending > 0) void this.#cancelNow()
    else this.#frontend.whenTaken(() => void this.#cancelNow())
  }

  /** INVARIANT: nothing is sent to the database while a cancel may land, so it hits nothing that came behind it. */
  async #cancelNow(): Promise<void> {
    if (this.#over || this.#conversation.pending === 0) return
    this.#frontend.hold()
    if (await this.#opened.cancel()) this.#frontend.release()
    else this.#end(CANCEL_UNSETTLED)
  }

  /** The floor's rules and the policy's. Throws MaskingError `invalid-rules`, `no-hash-key`. */
  #setRules(policy: Uint8Array): void {
    const { connection, hashKey } = this.#opened
    const sources = [connection.floor.masking, policyRules(policy)]
    // Found out now, and not at the first row.
    if (hashKey === undefined && sources.some(({ columns }) => columns.some(({ strategy }) => strategy === 'hash'))) {
      throw new MaskingError('no-hash-key', 'a rule asks for hash and the agent has no hash key')
    }
    this.#judge.setRules(sources)
  }

  /** Describes a statement behind the client's back. The unnamed statement is free: the Query that follows does away with it. */
  #describe(query: string): ReturnType<BackendSide['expectDescription']> {
    const described = this.#backend.expectDescription()
    this.#write(encodeFrontend({ type: 'Parse', name: '', query, parameterTypes: [] }))
    this.#write(encodeFrontend({ type: 'Describe', target: 'statement', name: '' }))
    this.#write(encodeFrontend({ type: 'Sync' }))
    return described
  }

  #write(bytes: Uint8Array): void {
    if (!this.#socket.write(bytes)) this.#holdClient('database', true)
  }

  #holdClient(why: 'work' | 'database', held: boolean): void {
    const before = this.#clientHolds.size
    if (held) this.#clientHolds.add(why)
    else this.#clientHolds.delete(why)
    if (before === 0 && this.#clientHolds.size > 0) this.#opened.session.pause()
    if (before > 0 && this.#clientHolds.size === 0) this.#opened.session.resume()
  }

  #holdDatabase(why: 'work' | 'client', held: boolean): void {
    if (held) this.#databaseHolds.add(why)
    else this.#databaseHolds.delete(why)
    if (this.#databaseHolds.size > 0) this.#socket.pause()
    else if (!this.#over) this.#socket.resume()
  }

  /** The session cannot go on: the gateway is told why, and both ends are closed. */
  #fail(error: unknown): void {
    if (this.#over) return
    this.#opened.log.warn(logFields(error), 'session failed')
    this.#end(relayFailure(error))
  }

  #databaseGone(): void {
    // A FATAL error has told the client already.
    this.#end(this.#conversation.terminated ? undefined : DATABASE_LOST)
  }

  #end(failure: Failure | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#output.flush()
    if (failure !== undefined) this.#opened.session.control({ type: 'failed', ...failure })
    this.#opened.session.end()
    this.#leaveDatabase()
  }

  #clientGone(): void {
    if (this.#over) {
      this.#resolveDone()
      return
    }
    this.#over = true
    this.#leaveDatabase()
    this.#resolveDone()
  }

  /** What runs is cancelled, or the database would go on with it until it has something to say. */
  #leaveDatabase(): void {
    if (this.#conversation.pending > 0 && !this.#socket.destroyed) void this.#opened.cancel()
    if (this.#socket.writable) this.#socket.end(encodeFrontend({ type: 'Terminate' }))
    // What still comes is for nobody.
    this.#socket.resume()
    if (this.#opened.session.closed !== undefined) this.#resolveDone()
  }
}

function policyRules(json: Uint8Array): MaskingRules {
  if (json.length === 0) return { columns: [] }
  try {
    return parseMaskingRules(JSON.parse(Buffer.from(json).toString()))
  } catch (error) {
    if (error instanceof MaskingError) throw error
    throw new MaskingError('invalid-rules', 'the masking rules are no JSON')
  }
}

function hmacOf({ hashKey }: OpenedSession): Hmac | undefined {
  if (hashKey === undefined) return undefined
  const key = hashKey.reveal()
  return (value) => createHmac('sha256', key).update(value).digest()
}

/** What the gateway is told. Sentences of our own: an error may quote what was being read. */
function relayFailure(error: unknown): Failure {
  if (error instanceof MaskingError) {
    const sqlState = error.code === 'row-too-large' ? '54000' : 'XX000'
    return { code: error.code, message: `Masking failed: ${error.message}.`, sqlState, retryable: false }
  }
  if (error instanceof RelayError) {
    return {
      code: error.code,
      message: `The agent ended the session: ${error.message}.`,
      sqlState: 'XX000',
      retryable: false,
    }
  }
  if (error instanceof PgWireError) {
    const sqlState = error.code === 'malformed-message' ? '54000' : '08P01'
    return { code: error.code, message: `The agent ended the session: ${error.message}.`, sqlState, retryable: false }
  }
  return failureOf(error)
}

const DATABASE_LOST: Failure = {
  code: 'database-lost',
  message: 'The connection to the database was lost.',
  sqlState: '08006',
  retryable: true,
}

const CANCEL_UNSETTLED: Failure = {
  code: 'cancel-unsettled',
  message: 'A cancel did not settle, so the session was ended: it could have hit another statement.',
  sqlState: '57014',
  retryable: true,
}

/** How long a look at the catalogue serves before the next statement asks for the newest one. */
const CATALOG_LOOK_MS = 1000
=======
/** Two directions that share a conversation. */
function postgresSides(opened: OpenedSession, options: RelayOptions, port: SessionPort): SessionSides {
  const { session, connection, limits } = opened
  const conversation = new Conversation<StatementFacts>()
  const memory = new SessionMemory(session.open.startup)
  const analyser = createStatementReader(options.analyser, options.cache, connection.functions, options.readLongText)
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
  const frontend = new FrontendSide({
    ...shared,
    analyser,
    maxMessageBytes: limits.messageBytes,
    describe: (query) => {
      // Behind the client's back. The unnamed statement is free: the Query that follows does away with it.
      const described = backend.expectDescription()
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
    busy: () => conversation.pending > 0,
    terminated: () => conversation.terminated,
    farewell: encodeFrontend({ type: 'Terminate' }),
  }
}
>>>>>>> d937508 (wip)
