import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise'
import {
  startMysqlServer,
  startSallyport,
  until,
  type MysqlFlavour,
  type MysqlSession,
  type SallyportOptions,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'
import { before } from './setup.ts'

/** A MariaDB or MySQL, and Sallyport before it, as for PostgreSQL. */
export interface MysqlStage {
  readonly mysql: TestMysql
  readonly sallyport: TestSallyport
  readonly login: (connection?: string) => Login
  readonly connect: (connection?: string, more?: ConnectionOptions) => Promise<Connection>
  /** The sessions that Sallyport has in the database: those of its own user. */
  readonly ours: () => Promise<readonly MysqlSession[]>
  /** Resolves when none of them is left. */
  readonly noBackends: () => Promise<void>
  /** Ends Sallyport; the server is whose who started it. */
  readonly stop: () => Promise<void>
}

export interface Login {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Starts a server with a table `people`, and a user of Sallyport's own. */
export async function startPeople(flavour: MysqlFlavour, settings: Record<string, string> = {}): Promise<TestMysql> {
  const mysql = await startMysqlServer(flavour, {
    tls: true,
    settings,
    users: [{ name: OURS, password: OUR_PASSWORD }],
  })
  await mysql.query(`CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(100), ssn VARCHAR(20));
    INSERT INTO people WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      SELECT i, CONCAT('name ', i), CONCAT('123-45-', LPAD(i, 4, '0')) FROM n`)
  return mysql
}

/** Starts Sallyport before a server. */
export async function setMysqlStage(mysql: TestMysql, options: Partial<SallyportOptions> = {}): Promise<MysqlStage> {
  const { host, port, database } = mysql
  const sallyport = await startSallyport(
    before(
      {
        engine: 'mysql',
        target: { host, port, database, tls: 'verify-full', ca: 'file:db-ca.pem' },
        user: OURS,
        password: OUR_PASSWORD,
        allowLocalInfile: true,
      },
      { ...options, files: { ...options.files, 'db-ca.pem': mysql.authority?.cert ?? '' } },
    ),
  )
  const login = (user = 'all'): Login => ({
    host: sallyport.host,
    port: sallyport.mysqlPort,
    user,
    password: sallyport.token,
    database,
  })
  const ours = async (): Promise<readonly MysqlSession[]> =>
    (await mysql.sessions()).filter(({ user }) => user === OURS)
  return {
    mysql,
    sallyport,
    login,
    connect: async (connection, more) => {
      const client = await createConnection({ ...login(connection), ...more })
      // What goes wrong is seen by whoever asks.
      client.on('error', () => undefined)
      return client
    },
    ours,
    noBackends: () =>
      until(async () => (await ours()).length === 0, {
        what: 'the end of every session in the database',
        timeoutMs: 8000,
      }),
    stop: () => sallyport.stop(),
  }
}

/** The server's number of the error that a promise fails with, or the driver's word for it; 0 when it does not. */
export async function errnoOf(work: Promise<unknown>): Promise<number | string> {
  try {
    await work
    return 0
  } catch (error) {
    const { errno, code, message } = error as { errno?: number; code?: string; message: string }
    return errno !== undefined && errno > 0 ? errno : (code ?? message)
  }
}

const OURS = 'sallyport'
const OUR_PASSWORD = 'a password of the database'
