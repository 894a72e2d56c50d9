import type { CompiledRule } from '../compile.ts'
import { defineRule } from '../rule.ts'
import type { SettingValue } from '@sallyport/core'
import type { Matcher } from '../matcher.ts'
import { changedSetting, isOn } from '../setting-change.ts'

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
          hint: 'Keep standard_conforming_strings on, the encoding UTF-8, and pg_catalog first in search_path or out of it; write values as plain literals.',
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
  const change = changedSetting(statement)
  if (change === undefined) return undefined
  const { name, value } = change
  if (name === undefined) return 'changes a setting that its text does not tell'
  const rule = UNSAFE[statement.dialect][name]
  if (rule === undefined || (value === 'default' && statement.dialect === 'postgres')) return undefined
  if (typeof value === 'string') return `gives ${name} a value that its text does not tell`
  return rule.allows(value.literal) ? undefined : rule.because
}

interface SafeValue {
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

/** Character sets in which no byte of a character can be taken for a quote or a backslash. */
function isSafeMysqlCharacterSet(literal: string): boolean {
  return ['utf8mb4', 'utf8mb3', 'utf8', 'ascii'].includes(literal.trim().toLowerCase())
}

const CHARACTER_SET: SafeValue = {
  allows: isSafeMysqlCharacterSet,
  because: 'switches the character set away from UTF-8',
}

const UNSAFE: Readonly<Record<'postgres' | 'mysql', Readonly<Record<string, SafeValue>>>> = {
  postgres: Object.assign(Object.create(null) as Record<string, SafeValue>, {
    standard_conforming_strings: { allows: isOn, because: 'switches standard_conforming_strings off' },
    client_encoding: { allows: isUtf8, because: 'switches client_encoding away from UTF8' },
    names: { allows: isUtf8, because: 'switches client_encoding away from UTF8' },
    search_path: { allows: keepsCatalogFirst, because: 'puts another schema before pg_catalog in search_path' },
  }),
  mysql: Object.assign(Object.create(null) as Record<string, SafeValue>, {
    names: CHARACTER_SET,
    character_set_client: CHARACTER_SET,
    character_set_connection: CHARACTER_SET,
    sql_mode: { allows: () => true, because: 'gives sql_mode a value that its text does not tell' },
  }),
}
