import type { Effect } from '@sallyport/core'

/** Which of the two servers reads the text. */
export type Flavour = 'mysql' | 'mariadb'

/** What besides the text decides the facts of a statement: the server, the session's state, and what policy vouches for. */
export interface MysqlSettings {
  readonly flavour: Flavour
  /** The server's version as executable comments compare it: 90704 for MySQL 9.7.4, 101119 for MariaDB 10.11.19. */
  readonly version: number
  /** Words of sql_mode in upper case, combinations (ANSI, ORACLE …) with their parts; 'unknown' after a change that could not be read. */
  readonly sqlMode: ReadonlySet<string> | 'unknown'
  /** The current database, as USE named it. */
  readonly database: string | undefined
  /** character_set_client, lower case. */
  readonly characterSet: string
  /** lower_case_table_names: with 1 and 2 names of relations and schemas are compared, and so given, in lower case. */
  readonly lowerCaseTableNames: 0 | 1 | 2
  /** Functions that policy vouches for: `schema.name`, or `name` for one that the text does not qualify, in lower case; with what a call does. */
  readonly functions: ReadonlyMap<string, readonly Effect[]>
}

/** A session as MySQL 9 starts it. */
export const DEFAULT_MYSQL_SETTINGS: MysqlSettings = {
  flavour: 'mysql',
  version: 90_704,
  sqlMode: new Set([
    'ONLY_FULL_GROUP_BY',
    'STRICT_TRANS_TABLES',
    'NO_ZERO_IN_DATE',
    'NO_ZERO_DATE',
    'NO_ENGINE_SUBSTITUTION',
  ]),
  database: undefined,
  characterSet: 'utf8mb4',
  lowerCaseTableNames: 0,
  functions: new Map(),
}

/** A session as MariaDB 10.11 starts it, with nothing vouched for. */
export const DEFAULT_MARIADB_SETTINGS: MysqlSettings = {
  ...DEFAULT_MYSQL_SETTINGS,
  flavour: 'mariadb',
  version: 101_119,
  sqlMode: new Set([
    'STRICT_TRANS_TABLES',
    'ERROR_FOR_DIVISION_BY_ZERO',
    'NO_AUTO_CREATE_USER',
    'NO_ENGINE_SUBSTITUTION',
  ]),
}

/**
 * Flavour and version of a server from what it calls itself in its greeting or in @@version: `9.7.4-2`, `10.11.19-MariaDB-0+deb12u1`,
 * `5.5.5-10.11.19-MariaDB`. Undefined for a text that is no version.
 */
export function serverVersion(text: string): Pick<MysqlSettings, 'flavour' | 'version'> | undefined {
  const flavour: Flavour = /mariadb/i.test(text) ? 'mariadb' : 'mysql'
  const numbers = /^(?:5\.5\.5-(?=\d+\.\d+\.\d+))?(\d{1,2})\.(\d{1,2})\.(\d{1,2})/.exec(text)
  if (numbers === null) return undefined
  return { flavour, version: Number(numbers[1]) * 10_000 + Number(numbers[2]) * 100 + Number(numbers[3]) }
}

/** The words of a value of sql_mode, combinations with their parts, as the server expands them; 'unknown' for a word that is not known. */
export function sqlModeOf(value: string): ReadonlySet<string> | 'unknown' {
  const words = value
    .toUpperCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.some((word) => !SQL_MODES.has(word))) return 'unknown'
  return new Set(words.flatMap((word) => [word, ...(COMBINATIONS[word] ?? [])]))
}

/**
 * A text that is equal for settings that give every text the same facts; the part of a cache key that is not the text.
 * Costs more than a look-up: keep it beside the settings.
 */
export function mysqlSettingsKey(settings: MysqlSettings): string {
  const { flavour, version, sqlMode, database, characterSet, lowerCaseTableNames } = settings
  const mode = sqlMode === 'unknown' ? sqlMode : [...sqlMode].toSorted(byText)
  const functions = [...settings.functions].map(([name, effects]) => [name, ...effects].join(' ')).toSorted(byText)
  return JSON.stringify([flavour, version, mode, database ?? null, characterSet, lowerCaseTableNames, functions])
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}

const ANSI = ['REAL_AS_FLOAT', 'PIPES_AS_CONCAT', 'ANSI_QUOTES', 'IGNORE_SPACE', 'ONLY_FULL_GROUP_BY']
const OTHER_VENDOR = [
  'PIPES_AS_CONCAT',
  'ANSI_QUOTES',
  'IGNORE_SPACE',
  'NO_KEY_OPTIONS',
  'NO_TABLE_OPTIONS',
  'NO_FIELD_OPTIONS',
]
const COMBINATIONS: Readonly<Record<string, readonly string[]>> = {
  ANSI,
  ORACLE: OTHER_VENDOR,
  MSSQL: OTHER_VENDOR,
  POSTGRESQL: OTHER_VENDOR,
  DB2: OTHER_VENDOR,
  MAXDB: OTHER_VENDOR,
  MYSQL323: ['HIGH_NOT_PRECEDENCE'],
  MYSQL40: ['HIGH_NOT_PRECEDENCE'],
}
/** Every word that either server takes. Source: sql_mode_names of sys_vars.cc in both. */
const SQL_MODES: ReadonlySet<string> = new Set([
  ...ANSI,
  ...OTHER_VENDOR,
  ...Object.keys(COMBINATIONS),
  ...`IGNORE_BAD_TABLE_OPTIONS NO_UNSIGNED_SUBTRACTION NO_DIR_IN_CREATE NO_AUTO_VALUE_ON_ZERO NO_BACKSLASH_ESCAPES STRICT_TRANS_TABLES
    STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE ALLOW_INVALID_DATES ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL
    NO_AUTO_CREATE_USER HIGH_NOT_PRECEDENCE NO_ENGINE_SUBSTITUTION PAD_CHAR_TO_FULL_LENGTH EMPTY_STRING_IS_NULL
    SIMULTANEOUS_ASSIGNMENT TIME_ROUND_FRACTIONAL TIME_TRUNCATE_FRACTIONAL`.split(/\s+/),
])
