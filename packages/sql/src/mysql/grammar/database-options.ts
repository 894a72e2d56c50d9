import type { Cursor } from './cursor.ts'
import { integer, nameOrString, string } from './names.ts'

/** Whether an option of ALTER DATABASE begins, which may leave the name out. */
export function isDatabaseOption(c: Cursor): boolean {
  return OPTIONS.has(c.token.keyword)
}

/** Character set, collation, encryption, READ ONLY, comment; to the end of the statement. Spec: create-database; alter-database. */
export function databaseOptions(c: Cursor): void {
  while (!c.atEnd) {
    c.accept('DEFAULT')
    if (c.accept('UPGRADE')) {
      c.expect('DATA', 'DIRECTORY', 'NAME')
      return
    }
    if (c.accept('READ')) {
      c.expect('ONLY')
      c.accept('=')
      if (!c.accept('DEFAULT')) integer(c)
    } else if (c.accept('COMMENT') || c.accept('ENCRYPTION')) {
      c.accept('=')
      string(c)
    } else {
      if (c.accept('CHARACTER') || c.accept('CHAR')) c.expect('SET')
      else if (!c.accept('CHARSET')) c.expect('COLLATE')
      c.accept('=')
      if (!c.accept('BINARY') && !c.accept('DEFAULT')) nameOrString(c)
    }
    c.accept(',')
  }
}

const OPTIONS: ReadonlySet<string> = new Set(
  'DEFAULT CHARACTER CHARSET COLLATE UPGRADE ENCRYPTION COMMENT READ'.split(' '),
)
