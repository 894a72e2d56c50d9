import type { Clock } from '@sallyport/core'
import type { Database } from '../database/postgres/open.ts'
import { AgentError } from '../errors.ts'
import type { Catalog, CatalogSnapshot } from './catalog.ts'
import { type CatalogBounds, FIRST_OWN_OID, loadCatalog } from './postgres/load.ts'
import { makeSnapshot, type SnapshotParts } from './postgres/snapshot.ts'

export interface CatalogOptions {
  /** Opens a session of the agent's own with the database; the catalogue closes it after each load. */
  readonly connect: (signal: AbortSignal) => Promise<Database>
  /** A snapshot older than this is not used. */
  readonly ttlMs: number
  /** How soon after a load `refresh` may begin another, unless something changed meanwhile. */
  readonly minRefreshMs: number
  /** One load, from connecting to the last row. */
  readonly timeoutMs: number
  readonly bounds: CatalogBounds
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/**
 * The catalogue of one database, shared by its sessions. At most one load runs at a time; whoever needs one that began later waits for the
 * next, and all who wait share it. A load that fails is not remembered.
 */
export function openCatalog(options: CatalogOptions): Catalog {
  const { clock } = options
  let version = 0
  let newest: Loaded | undefined
  /** What came with the server, read once. */
  let server: { readonly version: string; readonly parts: SnapshotParts } | undefined
  /** Counts `invalidate`: a load that began before one does not make up for it. */
  let changes = 0
  let running: { readonly load: Promise<CatalogSnapshot>; readonly changes: number } | undefined
  let next: Promise<CatalogSnapshot> | undefined

  const load = async (): Promise<CatalogSnapshot> => {
    const begun = { begunMs: clock.monotonicMs(), changes, version: ++version }
    const signal = AbortSignal.timeout(options.timeoutMs)
    const database = await options.connect(signal)
    try {
      const known = server?.version === database.serverVersion ? server.parts : undefined
      const loaded = await loadCatalog(database, known === undefined ? 0 : FIRST_OWN_OID, options.bounds, signal)
      if (known === undefined) server = { version: database.serverVersion, parts: serverParts(loaded) }
      const snapshot = makeSnapshot(begun.version, known === undefined ? loaded : together(known, loaded))
      newest = { snapshot, ...begun, tookMs: clock.monotonicMs() - begun.begunMs }
      return snapshot
    } catch (error) {
      if (error instanceof AgentError) throw error
      throw new AgentError('catalog-failed', 'the catalogue could not be read in time', { cause: error })
    } finally {
      database.close()
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

function serverParts({ relations, types }: SnapshotParts): SnapshotParts {
  const own = <T>(map: ReadonlyMap<number, T>): ReadonlyMap<number, T> =>
    new Map([...map].filter(([oid]) => oid < FIRST_OWN_OID))
  return { relations: own(relations), types: own(types) }
}

function together(one: SnapshotParts, other: SnapshotParts): SnapshotParts {
  return {
    relations: new Map([...one.relations, ...other.relations]),
    types: new Map([...one.types, ...other.types]),
  }
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
