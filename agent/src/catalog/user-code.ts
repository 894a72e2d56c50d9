import { createHash } from 'node:crypto'
import type { Clock } from '@sallyport/core'
import { UNKNOWN_USER_CODE, type UserCode, userCodeOf } from '@sallyport/sql'
import { UNTOLD_USER_CODE, type UserCodeLists } from '@sallyport/tunnel'

/** The code of users of one database, as it was last read. */
export interface KnownUserCode {
  /** What the gateway is told. */
  readonly lists: UserCodeLists
  /** The same, as texts are read by it. */
  readonly code: UserCode
}

/** The code of users of one database, kept up to date while somebody watches. */
export interface UserCodeCatalog {
  /** What is known and not too old; read first when there is nothing. Never rejects: what cannot be read is unknown. */
  readonly current: () => Promise<KnownUserCode>
  /** What was read last. */
  readonly latest: () => KnownUserCode
  /** Objects have changed: what is known is read anew, soon. */
  readonly invalidate: () => void
  /** Calls when what is known has changed; ends with the function that it returns. */
  readonly watch: (changed: (known: KnownUserCode) => void) => () => void
}

export interface UserCodeCatalogOptions {
  /** Reads the database on a session of the agent's own. */
  readonly load: (signal: AbortSignal) => Promise<UserCodeLists>
  /** How old what is known may grow while somebody watches, and before a new session asks anew. */
  readonly ttlMs: number
  /** How soon after the begin of one load another may begin. */
  readonly minRefreshMs: number
  /** One load, from connecting to the last row. */
  readonly timeoutMs: number
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** A load failed; nothing is known until the next. */
  readonly onFailure: (error: unknown) => void
}

/** The code of users behind a cache that all sessions of a connection share. At most one load runs at a time. */
export function openUserCodeCatalog(options: UserCodeCatalogOptions): UserCodeCatalog {
  return new CachedUserCode(options)
}

class CachedUserCode implements UserCodeCatalog {
  readonly #options: UserCodeCatalogOptions
  readonly #watchers = new Set<(known: KnownUserCode) => void>()
  #known = UNKNOWN
  /** When the load began that told what is known. */
  #knownSinceMs = Number.NEGATIVE_INFINITY
  #begunMs = Number.NEGATIVE_INFINITY
  #running: Promise<KnownUserCode> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Counts `invalidate`: what a load told that began before one is stale. */
  #changes = 0
  #knownChanges = -1
  #failed = false

  constructor(options: UserCodeCatalogOptions) {
    this.#options = options
  }

  async current(): Promise<KnownUserCode> {
    if (this.#isFresh()) return this.#known
    // A load that is under way began before this call, and perhaps before what changed.
    if (this.#running !== undefined) await this.#running
    return this.#isFresh() ? this.#known : (this.#running ?? this.#load())
  }

  latest(): KnownUserCode {
    return this.#known
  }

  invalidate(): void {
    this.#changes += 1
    this.#schedule()
  }

  watch(changed: (known: KnownUserCode) => void): () => void {
    this.#watchers.add(changed)
    this.#schedule()
    return () => {
      this.#watchers.delete(changed)
      if (this.#watchers.size === 0) clearTimeout(this.#timer)
    }
  }

  #isFresh(): boolean {
    return (
      this.#knownChanges === this.#changes &&
      this.#options.clock.monotonicMs() - this.#knownSinceMs < this.#options.ttlMs
    )
  }

  #age(): number {
    return this.#options.clock.monotonicMs() - this.#begunMs
  }

  /** The next load, while somebody watches: when what is known has grown old, or as soon as may be where something changed. */
  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#watchers.size === 0 || this.#running !== undefined) return
    const { ttlMs, minRefreshMs } = this.#options
    const pauseMs = this.#failed
      ? Math.min(ttlMs, RETRY_MS)
      : this.#knownChanges === this.#changes
        ? ttlMs
        : minRefreshMs
    const dueMs = Math.max(0, pauseMs - this.#age())
    this.#timer = setTimeout(() => void this.#load(), dueMs)
    this.#timer.unref()
  }

  #load(): Promise<KnownUserCode> {
    const begunMs = this.#options.clock.monotonicMs()
    this.#begunMs = begunMs
    const changes = this.#changes
    this.#failed = false
    this.#running = this.#read().then((known) => {
      this.#running = undefined
      this.#knownSinceMs = begunMs
      this.#knownChanges = this.#failed ? -1 : changes
      const before = this.#known
      if (known.code.version !== before.code.version) {
        this.#known = known
        for (const changed of this.#watchers) changed(known)
      }
      this.#schedule()
      return this.#known
    })
    return this.#running
  }

  async #read(): Promise<KnownUserCode> {
    const { load, timeoutMs, onFailure } = this.#options
    try {
      const lists = await load(AbortSignal.timeout(timeoutMs))
      const version = createHash('sha256').update(JSON.stringify(lists)).digest('hex')
      return { lists, code: userCodeOf(version, lists) }
    } catch (error) {
      onFailure(error)
      this.#failed = true
      return UNKNOWN
    }
  }
}

/** What could not be read is asked for again no sooner, unless a session begins. */
const RETRY_MS = 10_000
const UNKNOWN: KnownUserCode = { lists: UNTOLD_USER_CODE, code: UNKNOWN_USER_CODE }
