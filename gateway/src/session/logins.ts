import type { Socket } from 'node:net'

/** A connection of a client that nobody knows yet. */
export interface Login {
  /** Aborts when the login takes too long, or has to give way. */
  readonly signal: AbortSignal
  /** Whether it had to give way to a newer one. */
  readonly gaveWay: boolean
  readonly abort: (reason: Error) => void
  /** It is known who comes, and there is a place among the sessions. */
  readonly admitted: () => void
  /** The login is over, with a session or without. */
  readonly ended: () => void
}

/**
 * The logins under way. Those of strangers have places of their own, so that however many connect and say nothing, no session goes without one; when
 * the places are taken, the one who has had its for longest gives way. A stranger keeps its place until its socket is closed.
 */
export class Logins {
  readonly #limit: () => number
  /** Oldest first. */
  readonly #strangers = new Set<AbortController>()
  readonly #underWay = new Set<AbortController>()

  /** `limit` is how many strangers there may be at once (`limits.logins`). */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  enter(socket: Socket): Login {
    const controller = new AbortController()
    const { signal } = controller
    if (this.#strangers.size >= this.#limit()) this.#makeRoom()
    this.#strangers.add(controller)
    this.#underWay.add(controller)
    const admitted = (): void => void this.#strangers.delete(controller)
    socket.once('close', admitted)
    signal.addEventListener('abort', () => signal.reason instanceof GaveWayError && socket.destroy(), { once: true })
    return {
      signal,
      get gaveWay() {
        return signal.reason instanceof GaveWayError
      },
      abort: (reason) => controller.abort(reason),
      admitted,
      ended: () => void this.#underWay.delete(controller),
    }
  }

  /** Ends all of them. */
  abortAll(reason: Error): void {
    for (const controller of this.#underWay) controller.abort(reason)
  }

  #makeRoom(): void {
    const [oldest] = this.#strangers
    if (oldest === undefined) return
    this.#strangers.delete(oldest)
    oldest.abort(new GaveWayError('another connection took its place (limits.logins)'))
  }
}

class GaveWayError extends Error {
  override readonly name = 'GaveWayError'
}
