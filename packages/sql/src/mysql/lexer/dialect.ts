import type { MysqlSettings } from '../settings.ts'
import { lettersOf } from './encoding.ts'
import { MARIADB_RESERVED, MYSQL_RESERVED } from '../catalogue/generated/words.ts'

/** How a lexer and a parser read: the settings, digested once. */
export interface Reading {
  readonly flavour: MysqlSettings['flavour']
  readonly version: number
  readonly ansiQuotes: boolean
  readonly backslashEscapes: boolean
  readonly pipesAsConcat: boolean
  readonly ignoreSpace: boolean
  readonly highNotPrecedence: boolean
  readonly oracle: boolean
  /** Words that are no names. */
  readonly reserved: ReadonlySet<string>
  /** Characters beyond ASCII that names may be made of; undefined for all. */
  readonly letters: ReadonlySet<number> | undefined
}

/** The reading that settings ask for; undefined where nobody can tell how the server reads. */
export function readingOf(settings: MysqlSettings): Reading | undefined {
  const { flavour, version, sqlMode, characterSet } = settings
  if (sqlMode === 'unknown') return undefined
  return {
    flavour,
    version,
    ansiQuotes: sqlMode.has('ANSI_QUOTES'),
    backslashEscapes: !sqlMode.has('NO_BACKSLASH_ESCAPES'),
    pipesAsConcat: sqlMode.has('PIPES_AS_CONCAT'),
    ignoreSpace: sqlMode.has('IGNORE_SPACE'),
    highNotPrecedence: sqlMode.has('HIGH_NOT_PRECEDENCE'),
    oracle: flavour === 'mariadb' && sqlMode.has('ORACLE'),
    letters: lettersOf(characterSet),
    reserved: flavour === 'mysql' ? RESERVED_BY_MYSQL : RESERVED_BY_MARIADB,
  }
}

const RESERVED_BY_MYSQL: ReadonlySet<string> = new Set(MYSQL_RESERVED)
const RESERVED_BY_MARIADB: ReadonlySet<string> = new Set(MARIADB_RESERVED)
