import { startMysqlServer, type MysqlFlavour, type TestMysql } from '../support/index.ts'
import { ordinarySchema } from './ordinary.ts'

/**
 * A server with what the attacks aim at, and the tables of ordinary statements, in the database `shop`. It keeps a binary log: whatever is
 * changed stands in it. Sessions are root's: nothing but Sallyport is in their way.
 */
export async function startTarget(flavour: MysqlFlavour): Promise<TestMysql> {
  const server = await startMysqlServer(flavour, {
    settings: {
      'log-bin': 'log',
      'server-id': '1',
      'log-bin-trust-function-creators': '1',
      'max-allowed-packet': '16M',
    },
  })
  try {
    const connection = await server.connect()
    for (const text of [...SCHEMA, ...(flavour === 'mariadb' ? ['CREATE SEQUENCE s'] : []), ...ordinarySchema('mysql')])
      await connection.query(text)
    await connection.end()
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Everything that an attack might change, equal before and after when it changed nothing. */
export async function checksum(server: TestMysql): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {}
  const connection = await server.connect()
  try {
    const [sums] = (await connection.query(`CHECKSUM TABLE ${TABLES.join(', ')}`)) as unknown as [
      readonly { Table: string; Checksum: number }[],
    ]
    for (const { Table: table, Checksum: sum } of sums) rows[table] = sum
    const [[log]] = (await connection.query(
      server.flavour === 'mariadb' ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS',
    )) as unknown as [[{ File: string; Position: number }]]
    rows['log'] = `${log.File} ${log.Position}`
    const [settings] = (await connection.query('SHOW GLOBAL VARIABLES')) as unknown as [
      readonly { Variable_name: string; Value: string }[],
    ]
    for (const { Variable_name: name, Value: value } of settings)
      if (!/gtid|timestamp/.test(name)) rows[`@@${name}`] = value
    return rows
  } finally {
    await connection.end()
  }
}

const TABLES = ['victim', 't', 'users', 'people', 'notes', 'customers', 'orders']
const SCHEMA = [
  'CREATE TABLE victim (id INT PRIMARY KEY)',
  'INSERT INTO victim VALUES (1), (2), (3)',
  'CREATE TABLE t (id INT PRIMARY KEY, x INT)',
  'INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)',
  'CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(20))',
  "INSERT INTO users VALUES (1, 'ada'), (2, 'grace')",
  'CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(20), ssn VARCHAR(11))',
  "INSERT INTO people VALUES (1, 'Ada', '123-45-6789')",
  'CREATE TABLE notes (word VARCHAR(255))',
  'CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), email VARCHAR(40))',
  'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT, total DECIMAL(10, 2))',
  "INSERT INTO customers (name) VALUES ('a'), ('b')",
  'INSERT INTO orders (customer_id, total) VALUES (1, 10), (2, 20)',
  "CREATE FUNCTION touch() RETURNS INT DETERMINISTIC BEGIN INSERT INTO notes VALUES ('touched'); RETURN 1; END",
  'CREATE PROCEDURE clean() DELETE FROM victim',
]
