import type { CompiledRule } from '../compile.ts'
import { defineRule } from '../rule.ts'
import type { Dialect, SettingValue } from '@sallyport/core'
import type { Matcher } from '../matcher.ts'
import { changedSettings, isOn, type SettingChange } from '../setting-change.ts'

/** Refuses what the guard itself rests on; in force on every connection, whatever its policy says. */
export const sessionSafety: CompiledRule = {
  rule: defineRule({ id: 'session-safety', action: 'deny' }),
  judge: (question) => {
    const because = matchUnsafeSession(question)
    return because === undefined
      ? undefined
      : {
          rule: 'session-safety',
          action: 'deny',
          message: `The statement ${because}; the session rests on it.`,
          hint: HINTS[question.statement.dialect],
          statement: question.index,
          observed: false,
        }
  },
}

/**
 * Changes of the session that would make the guard read a text otherwise than the server does, or give a name another meaning. Everything else
 * rests on their being refused, so no policy can switch this off.
 */
const matchUnsafeSession: Matcher = ({ statement }) => {
  for (const change of changedSettings(statement)) {
    const because = unsafe(statement.dialect, change)
    if (because !== undefined) return because
  }
  return undefined
}

function unsafe(dialect: Dialect, { name, value }: SettingChange): string | undefined {
  if (name === undefined) return 'changes a setting that its text does not tell'
  const rule = UNSAFE[dialect][name]
  if (rule === undefined || (value === 'default' && dialect === 'postgres')) return undefined
  if (typeof value === 'string' && rule.told === true) return undefined
  if (typeof value === 'string') return `gives ${name} a value that its text does not tell`
  return rule.allows(value.literal) ? undefined : rule.because
}

interface SafeValue {
  /** Whoever tracks the session asks the server for a value that the text does not tell, and reads nothing before. */
  readonly told?: boolean
  readonly allows: (literal: (SettingValue & object)['literal']) => boolean
  readonly because: string
}

/** PostgreSQL looks into pg_catalog first unless the path names it: then another schema's function can pass for a built-in one. */
function keepsCatalogFirst(literal: string): boolean {
  const schemas = literal.split(',').map((schema) =>
    schema
      .trim()
      .replaceAll(/^["']|["']$/g, '')
      .toLowerCase(),
  )
  return schemas.lastIndexOf('pg_catalog') <= 0
}

/** PostgreSQL ignores everything but letters and digits in the name of an encoding. */
function isUtf8(literal: string): boolean {
  const name = literal.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return name === 'utf8' || name === 'unicode'
}

/** Character sets in which a byte of ASCII is always that character: none that has a quote or a backslash in the middle of a letter. */
function isSafeMysqlCharacterSet(literal: string): boolean {
  return SAFE_MYSQL.has(literal.trim().toLowerCase())
}

const CHARACTER_SET: SafeValue = {
  allows: isSafeMysqlCharacterSet,
  because: 'switches to a character set in which a quote can hide',
}

const SAFE_MYSQL: ReadonlySet<string> = new Set(
  `utf8mb4 utf8mb3 utf8 ascii binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 geostd8 greek hebrew keybcs2 koi8r koi8u latin1 latin2 latin5
  latin7 macce macroman`.split(/\s+/),
)

const HINTS: Readonly<Record<Dialect, string>> = {
  postgres:
    'Keep standard_conforming_strings on, the encoding UTF-8, and pg_catalog first in search_path or out of it; write values as plain literals.',
  mysql: 'Keep to utf8mb4, and write the values of sql_mode and of character sets as plain literals.',
}

const UNSAFE: Readonly<Record<Dialect, Readonly<Record<string, SafeValue>>>> = {
  postgres: Object.assign(Object.create(null) as Record<string, SafeValue>, {
    standard_conforming_strings: { allows: isOn, because: 'switches standard_conforming_strings off' },
    client_encoding: { allows: isUtf8, because: 'switches client_encoding away from UTF8' },
    names: { allows: isUtf8, because: 'switches client_encoding away from UTF8' },
    search_path: { allows: keepsCatalogFirst, because: 'puts another schema before pg_catalog in search_path' },
  }),
  mysql: Object.assign(Object.create(null) as Record<string, SafeValue>, {
    names: { ...CHARACTER_SET, told: true },
    character_set: { ...CHARACTER_SET, told: true },
    character_set_client: { ...CHARACTER_SET, told: true },
    character_set_connection: CHARACTER_SET,
  }),
}
