import { describe, expect, it } from 'vitest'
import { DEFAULT_MARIADB_SETTINGS, DEFAULT_MYSQL_SETTINGS, loadMysql } from '../../index.ts'

const analyser = loadMysql()

/** Which of the two servers are thought to read a text. */
function readers(text: string): readonly string[] {
  const all = [DEFAULT_MYSQL_SETTINGS, DEFAULT_MARIADB_SETTINGS]
  return all.filter((settings) => analyser.analyse(text, settings).ok).map(({ flavour }) => flavour)
}

describe('SET is read as the servers read it', () => {
  it.each(
    `SET a.b.c = 1|SET @@a.b.c = 1|SET @@global.a.b.c = 1|SET DEFAULT.a.b = 1|SET @@default = 1|SET @@global = 1|SET @@session = 1
    SET @@key.b = 1|SET @@binary.a = 1|SELECT @@global|SELECT @@default.a|SELECT @@select.a|SELECT @@\`global\`.a|SET .a = 1|SET NAMES N'a'
    SET CHARACTER SET N'a'|SET ROLE current_user()|SET ROLE a, NONE|SET DEFAULT ROLE a, b|SET DEFAULT ROLE|SET RESOURCE GROUP a FOR 1.5
    SET GLOBAL.a.b = 1|SET autocommit = 1, TRANSACTION READ ONLY|SET PASSWORD TO RANDOM, autocommit = 1|SET @@session.a.b.c = 1`.split(
      /\||\n\s*/,
    ),
  )('neither takes %s', (text) => {
    expect(readers(text)).toEqual([])
  })

  it.each(
    `SET GLOBAL = 1|SET SESSION = 1|SET global = 1, autocommit = 1|SET GLOBAL session = 1|SET NAMES utf8 COLLATE DEFAULT
    SET PASSWORD = PASSWORD('a')|SET PASSWORD = 'a', autocommit = 1|SET PASSWORD = 'a', PASSWORD FOR b = 'c'|SET DEFAULT ROLE NONE
    SET DEFAULT ROLE a FOR current_user|SET STATEMENT autocommit := 1 FOR SELECT 1`.split(/\||\n\s*/),
  )('only MariaDB takes %s', (text) => {
    expect(readers(text)).toEqual(['mariadb'])
  })

  it.each(
    `SET PERSIST autocommit = 1|SET PERSIST TRANSACTION READ ONLY|SET @@persist.autocommit = 1|SET @@persist.a.b = 1|SET RESOURCE GROUP a FOR 1, 2
    SET RESOURCE GROUP a FOR 1 2|SET PASSWORD TO RANDOM|SET PASSWORD = 'a' RETAIN CURRENT PASSWORD|SET ROLE a, b|SET ROLE 'a'@'b'|SET ROLE DEFAULT
    SET DEFAULT ROLE a, b TO c, d|SET DEFAULT ROLE ALL TO c|SET @'' = 1|SELECT @`.split(/\||\n\s*/),
  )('only MySQL takes %s', (text) => {
    expect(readers(text)).toEqual(['mysql'])
  })

  it.each(
    `SET \`global\` = 1|SET GLOBAL hot.key_buffer_size = 1|SET GLOBAL DEFAULT.key_buffer_size = 1|SET @@global.default.key_buffer_size = 1
    SET @@default.key_buffer_size = 1|SELECT @@global.select|SET charset = 1|SET a.b = 1|SET @@session . autocommit = 1|SET ROLE NONE
    SET NAMES utf8mb4 COLLATE binary, autocommit = 1|SET password.a = 1`.split(/\||\n\s*/),
  )('both take %s', (text) => {
    expect(readers(text)).toEqual(['mysql', 'mariadb'])
  })

  it.each([
    'SET @@persist.max_connections = 1',
    'SET PERSIST max_connections = 1',
    'SET @@`global`.max_connections = 1',
  ])('no spelling hides that more than the session is set: %s', (text) => {
    const found = analyser.analyse(text, DEFAULT_MYSQL_SETTINGS)
    expect(!found.ok || found.statements[0]?.effects.has('admin')).toBe(true)
  })
})
