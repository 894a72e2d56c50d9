import type { Socket } from 'node:net'
import { MaskingError, type MaskingRules, parseMaskingRules } from '@sallyport/masking'
import type { EstimateQuestion, Failure, GatewayControl } from '@sallyport/tunnel'
import { logFields } from '../failure.ts'
import type { OpenDatabase, OpenedSession } from '../relay.ts'
import { ClientOutput } from './client-output.ts'
import { relayFailure } from './relay-failure.ts'

/** What the two directions of a session may do to its ends. */
export interface SessionPort {
  readonly output: ClientOutput
  /** Writes to the database. */
  readonly write: (bytes: Uint8Array) => void
  /** Reading from the client must stop, or may go on. */
  readonly holdClient: (held: boolean) => void
  /** Reading from the database must stop, or may go on. */
  readonly holdDatabase: (held: boolean) => void
  /** Replies have come. */
  readonly progressed: () => void
  /** Cancels what runs, as when the client asks. */
  readonly cancel: () => void
  /** The session cannot go on. */
  readonly fail: (error: unknown) => void
}

/** The two directions of a session, as its engine's protocol has them. */
export interface SessionSides {
  /** From the next statement on: the floor's rules and the policy's. */
  readonly setRules: (sources: readonly MaskingRules[]) => void
  /** Rejects when the session cannot begin. */
  readonly prepare: () => Promise<void>
  /** Bytes from the client, which nobody changes any more. */
  readonly fromClient: (chunk: Uint8Array) => void
  /** Bytes from the database, which nobody changes any more. */
  readonly fromDatabase: (chunk: Uint8Array) => void
  /** Replies have come: what waited for them may go on. */
  readonly progressed: () => void
  /** Does something once all that has come from the client so far is written. */
  readonly whenTaken: (act: () => void) => void
  /** Nothing more of the client's is taken until as many releases. */
  readonly hold: () => void
  readonly release: () => void
  /** Asks the planner, in the order of the client's messages; absent where the engine's side cannot. */
  readonly ask?: (question: EstimateQuestion) => void
  /** Something runs that nobody waits for when the client goes. */
  readonly busy: () => boolean
  /** The session's end is no surprise: the database has told the client why, or the client has said goodbye. */
  readonly ending: () => boolean
  /** What tells the database that the session is over. */
  readonly farewell: Uint8Array
  /** The session is over: timers end. */
  readonly over?: () => void
}

/** Carries a session to its end; see `Relay`. */
export function relaySession<D extends OpenDatabase>(
  opened: OpenedSession<D>,
  build: (port: SessionPort) => SessionSides,
): Promise<void> {
  return new SessionRelay(opened, build).run()
}

/**
 * One session: two directions. This class only moves bytes and ends things; what a message means is the business of the two sides.
 *
 * Ending: whichever end goes first takes the other with it. When the client's end goes while something runs, it is cancelled, so that the
 * database is free at once; when the database goes, the gateway is told.
 */
class SessionRelay {
  readonly #opened: OpenedSession<OpenDatabase>
  readonly #socket: Socket
  readonly #output: ClientOutput
  readonly #sides: SessionSides
  readonly #clientHolds = new Set<'work' | 'database'>()
  readonly #databaseHolds = new Set<'work' | 'client'>()
  readonly #done: Promise<void>
  #resolveDone: () => void = () => {}
  #over = false

  constructor(opened: OpenedSession<OpenDatabase>, build: (port: SessionPort) => SessionSides) {
    this.#opened = opened
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    this.#socket = opened.database.socket
    this.#output = new ClientOutput(opened.session)
    this.#sides = build({
      output: this.#output,
      write: (bytes) => this.#write(bytes),
      holdClient: (held) => this.#holdClient('work', held),
      holdDatabase: (held) => this.#holdDatabase('work', held),
      progressed: () => {
        if (this.#output.congested) this.#holdDatabase('client', true)
        this.#sides.progressed()
      },
      cancel: () => this.#cancel(),
      fail: (error) => this.#fail(error),
    })
  }

  async run(): Promise<void> {
    const { session, database, ready } = this.#opened
    this.#setRules(session.open.masking)
    await this.#sides.prepare()
    session.ready(ready)
    this.#opened.onReady?.()
    this.#socket.on('error', () => this.#databaseGone())
    this.#socket.on('close', () => this.#databaseGone())
    this.#socket.on('end', () => this.#databaseGone())
    this.#socket.on('drain', () => this.#holdClient('database', false))
    if (database.leftover.length > 0) this.#sides.fromDatabase(database.leftover)
    this.#socket.on('data', (chunk: Buffer) => {
      if (!this.#over) this.#sides.fromDatabase(chunk)
    })
    this.#socket.resume()
    session.handle({
      onData: (chunk) => {
        if (this.#over) return
        this.#socket.cork()
        this.#sides.fromClient(chunk)
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
    if (message.type === 'estimate') {
      const { ask } = this.#sides
      if (ask !== undefined) ask(message)
      else this.#output.control({ type: 'unestimated', id: message.id, failure: NO_PLANNER })
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
    if (this.#sides.busy()) void this.#cancelNow()
    else this.#sides.whenTaken(() => void this.#cancelNow())
  }

  /** INVARIANT: nothing is sent to the database while a cancel may land, so it hits nothing that came behind it. */
  async #cancelNow(): Promise<void> {
    if (this.#over || !this.#sides.busy()) return
    this.#sides.hold()
    if (await this.#opened.cancel()) this.#sides.release()
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
    this.#sides.setRules(sources)
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
    this.#end(this.#sides.ending() ? undefined : DATABASE_LOST)
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
    this.#sides.over?.()
    if (this.#sides.busy() && !this.#socket.destroyed) void this.#opened.cancel()
    if (this.#socket.writable) this.#socket.end(this.#sides.farewell)
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

const DATABASE_LOST: Failure = {
  code: 'database-lost',
  message: 'The connection to the database was lost.',
  sqlState: '08006',
  retryable: true,
}

const NO_PLANNER: Failure = {
  code: 'no-estimate',
  message: 'the agent asks no planner of this engine',
  sqlState: '',
  retryable: false,
}
const CANCEL_UNSETTLED: Failure = {
  code: 'cancel-unsettled',
  message: 'A cancel did not settle, so the session was ended: it could have hit another statement.',
  sqlState: '57014',
  retryable: true,
}
