import { randomInt } from 'node:crypto'
import type { LiveSession } from '../registry.ts'

/** A session as KILL can name it. */
export interface Thread {
  readonly session: LiveSession
  /** The server's own id, which the session sees as CONNECTION_ID(). */
  readonly serverId: number | undefined
}

/**
 * The numbers of MySQL sessions. The gateway gives each connection one of its own, in its greeting; the server behind gives another. KILL may name either,
 * and reaches no other sessions than those of the same user.
 */
export class Threads {
  readonly #threads = new Map<number, Thread | undefined>()

  /** A number for a connection, until it is released. */
  issue(): number {
    let id = randomInt(1, MAX_ID)
    while (this.#threads.has(id)) id = randomInt(1, MAX_ID)
    this.#threads.set(id, undefined)
    return id
  }

  enter(id: number, thread: Thread): void {
    this.#threads.set(id, thread)
  }

  release(id: number): void {
    this.#threads.delete(id)
  }

  /** The session of the asker's own user that an id means to it: a number of ours, or one of the server that the asker talks to. */
  find(id: number, asker: Pick<LiveSession, 'identity' | 'connection'>): LiveSession | undefined {
    const isOwn = (thread: Thread | undefined): thread is Thread =>
      thread?.session.identity.subject === asker.identity.subject
    const ours = this.#threads.get(id)
    if (isOwn(ours)) return ours.session
    for (const thread of this.#threads.values()) {
      if (isOwn(thread) && thread.serverId === id && thread.session.connection === asker.connection)
        return thread.session
    }
    return undefined
  }
}

/** Ids have 32 bits on the wire; some clients read them as signed. */
const MAX_ID = 0x7fff_ffff
