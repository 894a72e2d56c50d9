// Writes src/mysql/catalogue/generated/words.ts: the reserved words and the built-in functions of MySQL and of MariaDB, as live servers
// tell them by what they prepare. Nothing is executed but one CREATE TABLE in a scratch database.
//
//   MYSQL_DRIVER=… node packages/sql/scripts/mysql-words.mjs MYSQL_PORT MARIADB_PORT
//
// Both servers listen on 127.0.0.1 and let root in without a password. MYSQL_DRIVER is the path of mysql2's promise.js.
import { writeFileSync } from 'node:fs'

const [mysqlPort, mariadbPort] = process.argv.slice(2)
const { default: driver } = await import(process.env['MYSQL_DRIVER'] ?? 'mysql2/promise')
const SYNTAX = 1064
const NO_SUCH_FUNCTION = new Set([1305, 1630, 1046])

const servers = {}
for (const [flavour, port] of Object.entries({ mysql: mysqlPort, mariadb: mariadbPort })) {
  const connection = await driver.createConnection({ host: '127.0.0.1', port: Number(port), user: 'root' })
  await connection.query('CREATE DATABASE IF NOT EXISTS words_scratch')
  await connection.query('USE words_scratch')
  await connection.query('CREATE TABLE IF NOT EXISTS t (a int)')
  servers[flavour] = connection
}

const texts = async (connection, query) =>
  (await connection.query(query))[0].map((row) => String(row.word).toUpperCase())
const isName = (word) => /^[A-Z_][A-Z0-9_]*$/.test(word)
// Names that no table of the servers lists.
const candidates = new Set(
  `ST_RELATE ST_ISRING ST_POINTONSURFACE ST_BOUNDARY ST_ASWKB ST_ASWKT ST_GEOMETRYFROMTEXT ST_GEOMETRYFROMWKB ST_POLYGONFROMTEXT
  ST_POLYGONFROMWKB ST_LINESTRINGFROMTEXT ST_LINESTRINGFROMWKB ST_MULTIPOINTFROMTEXT ST_MULTIPOINTFROMWKB ST_MULTILINESTRINGFROMTEXT
  ST_MULTILINESTRINGFROMWKB ST_MULTIPOLYGONFROMTEXT ST_MULTIPOLYGONFROMWKB ST_GEOMETRYCOLLECTIONFROMTEXT
  ST_GEOMETRYCOLLECTIONFROMWKB ST_GEOMCOLLFROMTXT ST_NUMINTERIORRING JSON_VALUE JSON_TABLE POSITION EXTRACT GET_FORMAT MATCH
  GEOMETRYCOLLECTION CURRENT_ROLE SHA SHA1 MD5 SHA2 RANDOM_BYTES SYS_GUID UUIDV4 UUIDV7`.split(/\s+/),
)
for (const connection of Object.values(servers)) {
  for (const word of await texts(connection, 'SELECT word AS word FROM information_schema.keywords'))
    candidates.add(word)
  for (const word of await texts(connection, 'SELECT name AS word FROM mysql.help_topic')) candidates.add(word)
}
for (const word of await texts(servers.mariadb, 'SELECT function AS word FROM information_schema.sql_functions'))
  candidates.add(word)
const names = [...candidates].filter(isName).toSorted()

const lists = {}
for (const [flavour, connection] of Object.entries(servers)) {
  const [[{ version }]] = await connection.query('SELECT version() AS version')
  const reserved = []
  const functions = []
  const native = []
  for (const name of names) {
    if ((await refusal(connection, `SELECT 1 AS ${name}`)) === SYNTAX) reserved.push(name)
    if (await isBuiltin(connection, `\`${name}\``)) native.push(name.toLowerCase())
    else if (await isBuiltin(connection, name)) functions.push(name.toLowerCase())
  }
  lists[flavour] = { version, reserved, functions, native }
  await connection.query('DROP DATABASE words_scratch')
  await connection.end()
}

async function isBuiltin(connection, name) {
  for (const args of ['', '1', '1, 1', '1, 1, 1', '1, 1, 1, 1', 'a', '1 AS CHAR', '1 USING utf8mb4']) {
    const error = await refusal(connection, `SELECT 1, ${name}(${args}) FROM t`)
    if (error !== SYNTAX && !NO_SUCH_FUNCTION.has(error)) return true
  }
  return false
}

async function refusal(connection, text) {
  try {
    const statement = await connection.prepare(text)
    await statement.close()
    return undefined
  } catch (error) {
    return error.errno
  }
}

const list = (words) =>
  `\`${words
    .join(' ')
    .replaceAll(/(.{1,120})( |$)/g, '$1\n  ')
    .trimEnd()}\`.split(/\\s+/)`
const entry = ([flavour, { version, reserved, functions, native }]) => `
/** Read from ${flavour} ${version}. */
export const ${flavour.toUpperCase()}_RESERVED: readonly string[] = ${list(reserved)}
/** Functions that are found by their names, in whatever form these stand. Read from ${flavour} ${version}. */
export const ${flavour.toUpperCase()}_NATIVE_FUNCTIONS: readonly string[] = ${list(native)}
/** Functions that only the grammar's own words call. Read from ${flavour} ${version}. */
export const ${flavour.toUpperCase()}_WORD_FUNCTIONS: readonly string[] = ${list(functions)}
`
writeFileSync(
  new URL('../src/mysql/catalogue/generated/words.ts', import.meta.url),
  `// Written by scripts/mysql-words.mjs; do not edit.\n${Object.entries(lists).map(entry).join('')}`,
)
