import type { Database } from '../../database/postgres/open.ts'
import { cacheCatalog, type CatalogCacheOptions } from '../cache.ts'
import type { Catalog } from '../catalog.ts'
import { type CatalogBounds, FIRST_OWN_OID, loadCatalog } from './load.ts'
import { makeSnapshot, type SnapshotParts } from '../snapshot.ts'

export interface CatalogOptions extends Omit<CatalogCacheOptions, 'load'> {
  /** Opens a session of the agent's own with the database; the catalogue closes it after each load. */
  readonly connect: (signal: AbortSignal) => Promise<Database>
  readonly bounds: CatalogBounds
}

/** The catalogue of one PostgreSQL database. */
export function openCatalog({ connect, bounds, ...options }: CatalogOptions): Catalog {
  /** What came with the server, read once. */
  let server: { readonly version: string; readonly parts: SnapshotParts } | undefined
  return cacheCatalog({
    ...options,
    load: async (version, signal) => {
      const database = await connect(signal)
      try {
        const known = server?.version === database.serverVersion ? server.parts : undefined
        const loaded = await loadCatalog(database, known === undefined ? 0 : FIRST_OWN_OID, bounds, signal)
        if (known === undefined) server = { version: database.serverVersion, parts: serverParts(loaded) }
        return makeSnapshot(version, known === undefined ? loaded : together(known, loaded))
      } finally {
        database.close()
      }
    },
  })
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
