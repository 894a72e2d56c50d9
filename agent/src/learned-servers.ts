import type { Logger } from 'pino'
import type { Connection } from './connection.ts'
import type { MysqlConnection } from './database/mysql/connection.ts'
import { announced, type ServerFacts } from './database/mysql/server-facts.ts'
import { logFields } from './failure.ts'

export interface LearnedServersOptions {
  readonly log: Logger
  /** What is known has changed. */
  readonly onChange: () => void
}

/**
 * What MySQL servers say of themselves, by connection: the gateway greets clients with it before it knows which connection they want. Each server is
 * asked until it answers; later sessions tell when it has changed.
 */
export class LearnedServers {
  readonly #options: LearnedServersOptions
  readonly #known = new Map<string, readonly string[]>()
  #asking = new AbortController()

  constructor(options: LearnedServersOptions) {
    this.#options = options
  }

  /** What is known of a connection's server, as capabilities on offer; empty while nothing is. */
  capabilities(connection: string): readonly string[] {
    return this.#known.get(connection) ?? []
  }

  /** Asks the servers of these connections, and no others any more. */
  ask(connections: Iterable<Connection>): void {
    this.#asking.abort()
    this.#asking = new AbortController()
    const names = new Set<string>()
    for (const connection of connections) {
      names.add(connection.config.name)
      if (connection.engine === 'mysql') void this.#askUntilAnswered(connection, this.#asking.signal)
    }
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name)
  }

  /** A session has shown what its server says. */
  learned(connection: string, server: ServerFacts): void {
    const facts = announced(server)
    if (this.#known.get(connection)?.join('\n') === facts.join('\n')) return
    this.#known.set(connection, facts)
    this.#options.onChange()
  }

  close(): void {
    this.#asking.abort()
  }

  async #askUntilAnswered(connection: MysqlConnection, signal: AbortSignal): Promise<void> {
    const { name } = connection.config
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
      try {
        const server = await connection.learn(signal)
        if (!signal.aborted) this.learned(name, server)
        return
      } catch (error) {
        if (signal.aborted) return
        this.#options.log.warn({ connection: name, ...logFields(error) }, 'the database could not be asked what it is')
      }
      await pause(waitMs, signal)
    }
  }
}

/** Waits, but not beyond the signal. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms).unref()
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}

const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 30_000
