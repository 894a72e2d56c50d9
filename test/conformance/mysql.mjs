// MySQL and MariaDB: the classifier for each, and the server's own word on what it would take. Nothing executes: COM_STMT_PREPARE only.
import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  loadMysql,
  mysqlServerVersion,
  sqlModeOf,
} from '@sallyport/sql'
import driver from 'mysql2/promise'

/** ER_PARSE_ERROR, ER_EMPTY_QUERY, ER_SYNTAX_ERROR, and what else the grammars' own actions refuse. */
const GRAMMAR_ERRORS = new Set([1064, 1065, 1149, 1221, 1234])
const SCRATCH = 'conformance_scratch'
const analyser = loadMysql()

/**
 * @param {'mysql' | 'mariadb'} flavour
 * @param {{ host: string, port: number, user: string, password: string } | undefined} server without one only the classifier is asked
 */
export async function openMysql(flavour, server) {
  const live = server === undefined ? undefined : await connect(server)
  const defaults = flavour === 'mysql' ? DEFAULT_MYSQL_SETTINGS : DEFAULT_MARIADB_SETTINGS
  const settings = {
    ...defaults,
    ...(live === undefined ? {} : mysqlServerVersion(live.version)),
    // What applications go on calling of the component classic_hashing, as its operator vouches for it.
    functions: new Map(flavour === 'mysql' ? ['md5', 'sha', 'sha1'].map((name) => [name, ['read']]) : []),
  }
  const brand = flavour === 'mysql' ? 'MySQL' : 'MariaDB'
  return {
    name: live === undefined ? `${brand} (no server)` : `${brand} ${/^[\d.]+/.exec(live.version)?.[0]}`,
    dialect: 'mysql',
    opinion: flavour,
    trap: (line) => {
      const did = line[flavour === 'mysql' ? 'mysql9' : 'maria']
      return did?.multi ?? did?.single
    },
    analyse: (text, line = {}) =>
      analyser.analyse(text, line.mode === undefined ? settings : { ...settings, sqlMode: sqlModeOf(line.mode) }),
    resolve: (statement) => statement,
    accepts: live === undefined ? undefined : (texts) => inOrder(texts, (text) => accepts(live.connection, text)),
    close: async () => live?.connection.end(),
  }
}

async function connect({ host, port, user, password }) {
  const connection = await driver.createConnection({ host, port, user, password })
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${SCRATCH}`)
  await connection.query(`USE ${SCRATCH}`)
  const [[{ version }]] = await connection.query('SELECT version() AS version')
  return { connection, version }
}

async function inOrder(texts, ask) {
  const answers = []
  for (const text of texts) answers.push(await ask(text))
  return answers
}

/** Whether the server's grammar takes a text: any other complaint comes after parsing. */
async function accepts(connection, text) {
  try {
    await (await connection.prepare(text)).close()
    return true
  } catch (error) {
    if (error.errno === undefined) throw error
    return !GRAMMAR_ERRORS.has(error.errno)
  } finally {
    connection.unprepare(text)
  }
}
