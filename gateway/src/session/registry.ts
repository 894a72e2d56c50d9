import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Identity } from '@sallyport/core'

/** What the rest of the gateway may know and do about a running session. */
export interface LiveSession {
  readonly id: string
  readonly identity: Identity
  readonly connection: string
  /** Cancels what runs now, as the client would by its CancelRequest. */
  readonly cancel: () => void
  /** Ends the session: its client is told why, where the protocol allows it. */
  readonly kill: (reason: KillReason) => void
  /** Milliseconds on the monotonic clock since when nothing has happened; undefined while a statement runs. */
  readonly idleSinceMs: () => number | undefined
}

/** `owner`: its own user, by a KILL from another session. */
export type KillReason = 'shutdown' | 'idle' | 'administrator' | 'owner'

/** What a connection may take of the room for sessions. */
export interface Place {
  /** Takes it for a user, before the session is opened; says what is full when there is none. */
  readonly take: (subject: string) => Taken
  readonly enter: (session: LiveSession) => void
  readonly leave: () => void
}

export type Taken = 'taken' | 'gateway-full' | 'user-full'

export interface SessionLimits {
  /** Sessions at most, those that are being opened included. */
  readonly sessions: number
  readonly sessionsPerUser: number
}

/** The key that cancels a session's statements. It is the gateway's own: the backend's key never leaves the agent. */
export interface CancelKey {
  readonly processId: number
  readonly secretKey: Uint8Array
}

/** The sessions of this gateway, and the keys that cancel them. */
export class SessionRegistry {
  readonly #sessions = new Map<string, LiveSession>()
  readonly #keys = new Map<number, { readonly secretKey: Uint8Array; readonly cancel: () => void }>()
  readonly #limits: () => SessionLimits
  /** Places taken, by user. */
  readonly #taken = new Map<string, number>()
  #places = 0

  constructor(limits: () => SessionLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#sessions.size
  }

  [Symbol.iterator](): IterableIterator<LiveSession> {
    return this.#sessions.values()
  }

  /** For one connection: a place that nobody has taken yet. */
  place(): Place {
    let owner: string | undefined
    let id: string | undefined
    return {
      // INVARIANT: a place counts from here on, so that many logins at once get no more of them than one after the other.
      take: (subject) => {
        const { sessions, sessionsPerUser } = this.#limits()
        if (this.#places >= sessions) return 'gateway-full'
        const count = this.#taken.get(subject) ?? 0
        if (count >= sessionsPerUser) return 'user-full'
        owner = subject
        this.#places++
        this.#taken.set(subject, count + 1)
        return 'taken'
      },
      enter: (session) => {
        id = session.id
        this.#sessions.set(id, session)
      },
      leave: () => {
        if (owner !== undefined) this.#giveBack(owner)
        if (id !== undefined) this.#sessions.delete(id)
        owner = id = undefined
      },
    }
  }

  /** A new key of `secretBytes` bytes (4 in protocol 3.0) for a session, until it is revoked. */
  issueKey(secretBytes: number, cancel: () => void): CancelKey & { readonly revoke: () => void } {
    let processId = randomInt(1, MAX_PROCESS_ID)
    while (this.#keys.has(processId)) processId = randomInt(1, MAX_PROCESS_ID)
    const secretKey = randomBytes(secretBytes)
    this.#keys.set(processId, { secretKey, cancel })
    return { processId, secretKey, revoke: () => void this.#keys.delete(processId) }
  }

  /** Cancels what runs under a key; a key that is not exactly one of ours does nothing. */
  cancel(processId: number, secretKey: Uint8Array): void {
    const entry = this.#keys.get(processId)
    if (entry === undefined || entry.secretKey.length !== secretKey.length) return
    if (timingSafeEqual(entry.secretKey, secretKey)) entry.cancel()
  }

  #giveBack(subject: string): void {
    this.#places--
    const count = (this.#taken.get(subject) ?? 1) - 1
    if (count === 0) this.#taken.delete(subject)
    else this.#taken.set(subject, count)
  }
}

/** Process ids are positive int32 on the wire. */
const MAX_PROCESS_ID = 0x7fff_ffff
