import type { Effect } from '@sallyport/core'
import type { Catalogue } from '../catalogue.ts'
import { NO_USER_CODE, type UserCode } from './user-code.ts'

/** What besides the text decides the facts of a statement: the session's state, and what policy vouches for. */
export interface PostgresSettings {
  /** Schemas of search_path in order, as written (`"$user"` stays); 'unknown' after a change that could not be read. */
  readonly searchPath: readonly string[] | 'unknown'
  /**
   * Functions and operators that policy vouches for: `schema.name`, or `name` for one that the text does not qualify, in the
   * spelling of the catalogue; with what a call does.
   */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
  /** What the database says about names; undefined when nobody asked it. */
  readonly catalogue: Catalogue | undefined
  /** The code of users that runs without being named theirs. */
  readonly userCode: UserCode
}

/** A session as PostgreSQL starts it, with nothing vouched for. */
export const DEFAULT_POSTGRES_SETTINGS: PostgresSettings = {
  searchPath: ['$user', 'public'],
  functions: new Map(),
  catalogue: undefined,
  userCode: NO_USER_CODE,
}

/**
 * A text that is equal for settings that give every text the same facts; the part of a cache key that is not the text.
 * Costs more than a look-up: keep it beside the settings.
 */
export function postgresSettingsKey(settings: PostgresSettings): string {
  const functions = [...settings.functions].map(([name, effects]) => [name, ...effects].join(' ')).toSorted(byText)
  return JSON.stringify([
    'postgres',
    settings.searchPath,
    settings.catalogue?.version ?? null,
    settings.userCode.version,
    functions,
  ])
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
