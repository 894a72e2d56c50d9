import type { Effect } from '@sallyport/core'
import type { Call } from '../grammar/ast.ts'
import type { MysqlSettings } from '../settings.ts'
import {
  MARIADB_NATIVE_FUNCTIONS,
  MARIADB_WORD_FUNCTIONS,
  MYSQL_NATIVE_FUNCTIONS,
  MYSQL_WORD_FUNCTIONS,
} from './generated/words.ts'

/**
 * The effects of a call: policy's word first, then what the server brings along, else unknown: what is no built-in function is a stored
 * or a loaded one, and its code is nowhere in the text. Spec: function-resolution.
 */
export function functionEffects(settings: MysqlSettings, call: Call): ReadonlySet<Effect> {
  const name = call.path.join('.').toLowerCase()
  const listed = settings.functions.get(name)
  if (listed !== undefined) return new Set(listed)
  if (call.path.length > 1) return UNKNOWN
  const { native, words } = BUILTIN[settings.flavour]
  const classic = CLASSIC_HASHING.has(name) && settings.flavour === 'mysql' && settings.version < CLASSIC_HASHING_LEFT
  const constructor = settings.flavour === 'mariadb' ? CONSTRUCTORS.get(name) : undefined
  // With other arguments than it takes the grammar leaves a constructor to functions of that name.
  if (constructor !== undefined && !constructor(call.args.length)) return UNKNOWN
  const known = classic || call.found === 'grammar' || native.has(name) || (call.found === 'word' && words.has(name))
  if (!known) return UNKNOWN
  if (name === 'last_insert_id' && call.args.length > 0) return SESSION
  return EFFECTS.get(name) ?? READ
}

/** Built-in functions that MySQL moved into the component classic_hashing; without it they are stored ones. */
const CLASSIC_HASHING: ReadonlySet<string> = new Set(['md5', 'sha', 'sha1'])
const CLASSIC_HASHING_LEFT = 90_600

const some = (count: number): boolean => count > 0
/** MariaDB's constructors of geometries, by how many arguments they take. */
const CONSTRUCTORS: ReadonlyMap<string, (count: number) => boolean> = new Map([
  ['point', (count: number): boolean => count === 2],
  ...['geometrycollection', 'linestring', 'multilinestring', 'multipoint', 'multipolygon', 'polygon'].map(
    (name) => [name, some] as const,
  ),
])

const READ: ReadonlySet<Effect> = new Set(['read'])
const SESSION: ReadonlySet<Effect> = new Set(['read', 'session'])
const UNKNOWN: ReadonlySet<Effect> = new Set(['unknown'])

/**
 * The built-in functions that do more than compute or look something up. Read from the manuals' chapters on functions. SLEEP and BENCHMARK hold
 * a connection; ending that is for time limits.
 */
const EFFECTS: ReadonlyMap<string, ReadonlySet<Effect>> = new Map<string, ReadonlySet<Effect>>([
  ['load_file', new Set<Effect>(['read', 'file'])],
  ['nextval', new Set<Effect>(['write'])],
  ['setval', new Set<Effect>(['write'])],
  ...['get_lock', 'release_lock', 'release_all_locks'].map((name) => [name, SESSION] as const),
  // Written for the server's own views, which check rights that a direct call does not.
  ...['internal_get_dd_column_extra', 'internal_table_rows'].map((name) => [name, UNKNOWN] as const),
])

interface Builtin {
  readonly native: ReadonlySet<string>
  readonly words: ReadonlySet<string>
}

const BUILTIN: Readonly<Record<MysqlSettings['flavour'], Builtin>> = {
  mysql: { native: new Set(MYSQL_NATIVE_FUNCTIONS), words: new Set(MYSQL_WORD_FUNCTIONS) },
  mariadb: { native: new Set(MARIADB_NATIVE_FUNCTIONS), words: new Set(MARIADB_WORD_FUNCTIONS) },
}
