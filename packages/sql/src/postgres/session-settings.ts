import type { Effect } from '@sallyport/core'
import { parseSearchPath } from './search-path.ts'

/**
 * What setting a parameter does beyond the session. A change after which the guard would read texts otherwise than the server, or with a
 * value that the text does not show where the value decides, is `unknown`.
 *
 * @param value undefined when it is no literal, or the server's default
 */
export function settingEffects(name: string, value: string | undefined): ReadonlySet<Effect> {
  const pinned = PINNED.get(name)
  if (pinned !== undefined) return pinned.has(value?.toLowerCase() ?? '') ? SESSION : SESSION_UNKNOWN
  if (name === 'search_path') return value === undefined || searchesCatalogueFirst(value) ? SESSION : SESSION_UNKNOWN
  if (IDENTITY.has(name)) return SESSION_DCL
  return PRIVILEGED.has(name) ? SESSION_ADMIN : SESSION
}

/** Whether the parts of SET are quoted on their own, so that a comma inside one separates nothing. Source: GUC_LIST_QUOTE in guc_tables.c. */
export function isQuotedList(name: string): boolean {
  return LISTS.has(name)
}

/** Behind another schema, built-in names would no longer mean what they say. */
function searchesCatalogueFirst(path: string): boolean {
  const names = parseSearchPath(path)
  return names !== undefined && names.indexOf('pg_catalog') <= 0
}

const SESSION: ReadonlySet<Effect> = new Set(['session'])
const SESSION_UNKNOWN: ReadonlySet<Effect> = new Set(['session', 'unknown'])
const SESSION_DCL: ReadonlySet<Effect> = new Set(['session', 'dcl'])
const SESSION_ADMIN: ReadonlySet<Effect> = new Set(['session', 'admin'])

/** Parameters that decide how a text is read, with the values under which this package reads it right. */
const PINNED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['standard_conforming_strings', new Set(['on', 'true', 'yes', '1'])],
  ['client_encoding', new Set(['utf8', 'utf-8', 'unicode'])],
])
/** Who the session is. */
const IDENTITY: ReadonlySet<string> = new Set(['role', 'session_authorization'])
/** Parameters that reach past the session's rights or the server's safety. */
const PRIVILEGED: ReadonlySet<string> = new Set([
  'session_replication_role',
  'session_preload_libraries',
  'local_preload_libraries',
  'dynamic_library_path',
  'lo_compat_privileges',
  'allow_system_table_mods',
  'zero_damaged_pages',
  'ignore_system_indexes',
  'ignore_checksum_failure',
])
const LISTS: ReadonlySet<string> = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'shared_preload_libraries',
  'local_preload_libraries',
  'unix_socket_directories',
])
