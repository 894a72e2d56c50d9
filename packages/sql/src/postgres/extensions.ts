import { CONTRIB_EXTENSIONS, CONTRIB_VOLATILE_FUNCTIONS } from './generated/extensions.ts'

/**
 * Extensions whose functions do what their volatility says, and that share names with the server: what of theirs is not volatile only computes, so
 * `=` and `lower` stay what they are in a database that has citext. Others count as users' code.
 */
export const HARMLESS_EXTENSIONS: readonly string[] = [
  ...CONTRIB_EXTENSIONS,
  // Their SQL was read: nothing that runs SQL given as text is marked anything but volatile.
  'postgis',
  'postgis_raster',
  'vector',
]

/** Volatile functions of theirs that only read. */
export const HARMLESS_VOLATILE_FUNCTIONS: readonly string[] = CONTRIB_VOLATILE_FUNCTIONS
