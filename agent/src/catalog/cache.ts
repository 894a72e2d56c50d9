import type { Clock } from '@sallyport/core'
import { AgentError } from '../errors.ts'
import type { Catalog, CatalogSnapshot } from './catalog.ts'

export interface CatalogCacheOptions {
  /** Reads the database's names on a session of the agent's own; the snapshot has this version. */
  readonly load: (version: number, signal: AbortSignal) => Promise<CatalogSnapshot>
  /** A snapshot older than this is not used. */
  readonly ttlMs: number
  /** How soon after a load `refresh` may begin another, unless something changed meanwhile. */
  readonly minRefreshMs: number
  /** One load, from connecting to the last row. */
  readonly timeoutMs: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/**
 * The catalogue of one database, shared by its sessions. At most one load runs at a time; whoever needs one that began later waits for the
 * next, and all who wait share it. A load that fails is not remembered.
 */
export function cacheCatalog(options: CatalogCacheOptions): Catalog {
  const { clock } = options
  let version = 0
  let newest: Loaded | undefined
  /** Counts `invalidate`: a load that began before one does not make up for it. */
  let changes = 0
  let running: { readonly load: Promise<CatalogSnapshot>; readonly changes: number } | undefined
  let next: Promise<CatalogSnapshot> | undefined

  const load = async (): Promise<CatalogSnapshot> => {
    const begun = { begunMs: clock.monotonicMs(), changes }
    try {
      const snapshot = await options.load(++version, AbortSignal.timeout(options.timeoutMs))
      newest = { snapshot, ...begun, tookMs: clock.monotonicMs() - begun.begunMs }
      return snapshot
    } catch (error) {
      if (error instanceof AgentError) throw error
      throw new AgentError('catalog-failed', 'the catalogue could not be read in time', { cause: error })
    }
  }
  const begin = (): Promise<CatalogSnapshot> => {
    const begun = load().finally(() => {
      running = undefined
    })
    running = { load: begun, changes }
    return begun
  }
  /** A load that begins from now on. */
  const beginLater = (): Promise<CatalogSnapshot> => {
    if (running === undefined) return begin()
    next ??= running.load.then(ignore, ignore).then(() => {
      next = undefined
      return begin()
    })
    return next
  }
  const age = (): number => (newest === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - newest.begunMs)

  return {
    current: (signal) => {
      if (newest !== undefined && newest.changes === changes && age() < options.ttlMs) {
        return Promise.resolve(newest.snapshot)
      }
      // A load under way will do when nothing has changed since it began.
      return abortable(running?.changes === changes ? running.load : beginLater(), signal)
    },
    refresh: (than, signal) => {
      if (newest !== undefined && newest.changes === changes) {
        if (newest.snapshot.version > than || age() < Math.max(options.minRefreshMs, REFRESH_FACTOR * newest.tookMs))
          return Promise.resolve(newest.snapshot)
      }
      return abortable(beginLater(), signal)
    },
    invalidate: () => {
      changes++
    },
  }
}

interface Loaded {
  readonly snapshot: CatalogSnapshot
  readonly begunMs: number
  readonly tookMs: number
  readonly changes: number
}

function ignore(): void {}

/** The same result, unless the signal is aborted first; the load goes on for the others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Asking for what does not exist keeps the database busy for a fifth of the time at most. */
const REFRESH_FACTOR = 5

/** How soon a catalogue may be asked for again by who names what it does not hold. */
export const MIN_REFRESH_MS = 1000
/** How long reading a catalogue may take once its session is open. */
export const CATALOG_READ_MS = 30_000
