import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  eventually,
  mysqlFlavours,
  readAudit,
  startMysqlServer,
  startSallyport,
  type TestMysql,
  type TestSallyport,
} from '../support/index.ts'
import { LIMITS } from './setup.ts'

describe.each(mysqlFlavours())('on %s', (flavour) => {
  let server: TestMysql
  let sallyport: TestSallyport
  const open: Connection[] = []

  beforeAll(async () => {
    server = await startMysqlServer(flavour)
    await server.query(`CREATE TABLE shop (id int PRIMARY KEY, name text);
      INSERT INTO shop ${numbers(1000)} SELECT n, concat('name ', n) FROM numbers;
      CREATE TABLE log (id int);
      CREATE PROCEDURE three() BEGIN SELECT * FROM shop WHERE id <= 3; SELECT * FROM shop; SELECT 'last'; END`)
    sallyport = await startSallyport({
      gateway: { limits: { cancel_grace: '3s' } },
      connections: Object.entries(MYSQL_LIMITS).map(([name]) => ({
        name,
        engine: 'mysql' as const,
        target: { host: server.host, port: server.port, database: server.database },
        user: server.user,
        password: server.password,
        guardrails: ['anything', `limit-${name}`],
      })),
      guardrails: {
        anything: [{ id: 'anything', allow: { effects: EVERYTHING } }],
        ...Object.fromEntries(
          Object.entries(MYSQL_LIMITS).map(([name, limit]) => [`limit-${name}`, [{ id: `max-${name}`, limit }]]),
        ),
      },
    })
  })

  afterAll(async () => {
    for (const connection of open) connection.destroy()
    await sallyport?.stop()
    await server?.stop()
  })

  const connect = async (name: keyof typeof MYSQL_LIMITS): Promise<Connection> => {
    const connection = await createConnection({
      host: sallyport.host,
      port: sallyport.mysqlPort,
      user: name,
      password: sallyport.token,
      database: server.database,
      multipleStatements: true,
      authPlugins: { mysql_clear_password: () => () => Buffer.from(`${sallyport.token}\0`) },
    })
    open.push(connection)
    return connection
  }
  /** How many rows came, and the number of the error that came behind them. */
  const rowsOf = (connection: Connection, sql: string, execute = false): Promise<string> =>
    new Promise((resolve) => {
      let rows = 0
      const { connection: raw } = connection as unknown as { connection: Streaming }
      const query = execute ? raw.execute(sql) : raw.query(sql)
      query.on('result', (row: object) => {
        if (!('affectedRows' in row)) rows++
      })
      query.on('error', (error: { errno: number }) => resolve(`${rows} rows, error ${error.errno}`))
      query.on('end', () => resolve(`${rows} rows`))
    })

  it.each([false, true])(
    'ten rows pass, and an error takes the place of the eleventh (prepared: %s)',
    async (execute) => {
      const connection = await connect('rows')
      expect(await rowsOf(connection, 'SELECT * FROM shop WHERE id <= 10', execute)).toBe('10 rows')
      expect(await rowsOf(connection, 'SELECT * FROM shop WHERE id <= 11', execute)).toBe('10 rows, error 1104')
      expect(await rowsOf(connection, 'SELECT * FROM shop', execute)).toBe('10 rows, error 1104')
      expect(await rowsOf(connection, 'SELECT 1', execute)).toBe('1 rows')
    },
  )

  it('a result that goes on is stopped in the database', async () => {
    const connection = await connect('rows')
    expect(await rowsOf(connection, 'SELECT a.id FROM shop a, shop b, shop c')).toBe('10 rows, error 1104')
    expect((await server.sessions()).filter(({ info }) => info?.includes('shop c') === true)).toEqual([])
    expect(await rowsOf(connection, 'SELECT 1')).toBe('1 rows')
  })

  it('the error says which rule and which limit it was, and a transaction goes on as after any error', async () => {
    const connection = await connect('rows')
    await connection.query('BEGIN')
    await connection.query('INSERT INTO log VALUES (1)')
    await expect(connection.query('SELECT * FROM shop')).rejects.toThrow(/more than 10 rows.*rule max-rows.*LIMIT/)
    await connection.query('COMMIT')
    expect(await server.query('SELECT * FROM log')).toEqual([{ id: 1 }])
    await server.query('DELETE FROM log')
  })

  it('each result of a text of reads has the limit to itself, and the first that is too large ends the text', async () => {
    const connection = await connect('rows')
    expect(await rowsOf(connection, 'SELECT * FROM shop WHERE id <= 10; SELECT * FROM shop WHERE id <= 10')).toBe(
      '20 rows',
    )
    expect(await rowsOf(connection, 'SELECT 1; SELECT * FROM shop; SELECT 2')).toBe('11 rows, error 1104')
    expect(await rowsOf(connection, 'SELECT 1')).toBe('1 rows')
  })

  it('a text in which a read stands beside a change is refused', async () => {
    const connection = await connect('rows')
    await expect(connection.query('INSERT INTO log VALUES (1); SELECT * FROM shop')).rejects.toMatchObject({
      errno: 1142,
    })
    expect(await server.query('SELECT * FROM log')).toEqual([])
  })

  it('a procedure completes, and its results are cut', async () => {
    const connection = await connect('rows')
    expect(await rowsOf(connection, 'CALL three()')).toBe('14 rows')
    expect(await rowsOf(connection, 'SELECT 1')).toBe('1 rows')
  })

  it('bytes are counted in whole rows', async () => {
    const connection = await connect('bytes')
    expect(await rowsOf(connection, 'SELECT id, name FROM shop WHERE id <= 50')).toBe('50 rows')
    expect(await rowsOf(connection, 'SELECT id, name FROM shop')).toMatch(/^\d\d\d? rows, error 1104$/)
    expect(await rowsOf(connection, "SELECT repeat('x', 1000000)")).toBe('0 rows, error 1104')
    expect(await rowsOf(connection, 'SELECT 1')).toBe('1 rows')
  })

  it('what runs too long is cancelled, with the rule in the error', async () => {
    const connection = await connect('time')
    expect(await rowsOf(connection, SLOW)).toBe('0 rows, error 1317')
    await expect(connection.execute(SLOW)).rejects.toThrow(/300 ms.*rule max-time/)
    expect(await rowsOf(connection, 'SELECT 1')).toBe('1 rows')
  })

  it('a cancel never hits another statement than the one it was meant for', async () => {
    const connection = await connect('quick')
    const counts = { done: 0, cancelled: 0 }
    const canaries: string[] = []
    const deadline = performance.now() + 6000
    for (let turn = 0; performance.now() < deadline; turn++) {
      // A sleep that is interrupted is an answer of MySQL's, not an error: what counts is what comes behind it.
      const [reply, found] = await Promise.all([
        rowsOf(connection, `SELECT sleep(${0.011 + (turn % 9) / 1000}), count(*) FROM shop`),
        canary(connection),
      ])
      if (reply.includes('error')) counts.cancelled++
      else counts.done++
      canaries.push(found)
    }
    expect(canaries.filter((reply) => reply !== 'counted' && reply !== 'own limit')).toEqual([])
    expect(canaries).toContain('counted')
    expect(counts.done + counts.cancelled).toBeGreaterThan(20)
  })

  it('is recorded with its rule, and with the rows that left', async () => {
    const connection = await connect('rows')
    await rowsOf(connection, "SELECT * FROM shop WHERE name <> 'for the record'")
    const outcome = await eventually(async () => {
      const records = await readAudit(sallyport.auditDirectory)
      const verdict = records.find(
        ({ type, text }) => type === 'statement-verdict' && String(text).includes('the record'),
      )
      return records.find(({ type, statement }) => type === 'statement-outcome' && statement === verdict?.['statement'])
    })
    expect(outcome).toMatchObject({
      outcome: 'limited',
      rows: 10,
      limit: { rule: 'max-rows', kind: 'rows', maximum: 10 },
    })
  })
})

/** The part of the driver that hands rows out one by one. */
interface Streaming {
  readonly query: (sql: string) => Emitter
  readonly execute: (sql: string) => Emitter
}

interface Emitter {
  readonly on: (event: string, listener: (value: never) => void) => void
}

/** What becomes of a short statement. On a busy machine it may take too long itself, and then its error names the rule. */
async function canary(connection: Connection): Promise<string> {
  try {
    await connection.query('SELECT count(*) FROM shop')
    return 'counted'
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return message.includes('max-quick') ? 'own limit' : message
  }
}

function numbers(count: number): string {
  return `WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`
}

const MYSQL_LIMITS = {
  rows: LIMITS.rows,
  bytes: LIMITS.bytes,
  time: LIMITS.time,
  quick: { timeout: '15ms', functions: ['sleep'] },
} as const
/** Reads, and goes on until it is told to stop. */
const SLOW = 'SELECT count(*) FROM shop a, shop b, shop c, shop d WHERE a.id + b.id + c.id + d.id < 0'
const EVERYTHING = [
  'read',
  'write',
  'ddl',
  'dcl',
  'session',
  'transaction',
  'procedural',
  'file',
  'network',
  'admin',
  'unknown',
]
