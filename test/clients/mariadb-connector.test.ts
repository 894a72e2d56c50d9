import { createConnection, createPool, type Connection, type ConnectionConfig } from 'mariadb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours } from '../support/index.ts'
import { startMysqlClients, type MysqlClients } from './mysql-setup.ts'

describe.each(mysqlFlavours())("MariaDB's connector before %s", (flavour) => {
  let clients: MysqlClients

  beforeAll(async () => {
    clients = await startMysqlClients(flavour)
  })

  afterAll(async () => {
    await clients?.stop()
  })

  const connect = (
    connection: 'everything' | 'readonly' = 'everything',
    more: ConnectionConfig = {},
  ): Promise<Connection> => createConnection({ ...clients.through(connection), ssl: { ca: clients.ca }, ...more })

  it('sends a batch in one command', async () => {
    const client = await connect()
    await client.query('CREATE TEMPORARY TABLE batch (a INT, b VARCHAR(40))')
    const rows = Array.from({ length: 3000 }, (_, a) => [a, a % 5 === 0 ? null : `row ${a}`])
    await client.batch('INSERT INTO batch VALUES (?, ?)', rows)
    expect(await client.query('SELECT COUNT(*) AS n, COUNT(b) AS b, MAX(a) AS m FROM batch')).toMatchObject([
      { n: 3000n, b: 2400n, m: 2999 },
    ])
    await client.end()
  })

  it('pipelines, and keeps the order when some statements are refused or fail', async () => {
    const client = await connect('readonly', { pipelining: true })
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const text =
          index % 7 === 3 ? 'DELETE FROM nowhere' : index % 7 === 5 ? 'SELECT nothing' : `SELECT ${index} AS n`
        return client.query<{ n: number | bigint }[]>(text).then(
          ([row]) => Number(row?.n),
          (error: { errno: number }) => -error.errno,
        )
      }),
    )
    expect(answers).toEqual(
      Array.from({ length: 200 }, (_, index) => (index % 7 === 3 ? -1142 : index % 7 === 5 ? -1054 : index)),
    )
    await client.end()
  })

  it('executes prepared statements, pipelined with their preparation', async () => {
    const client = await connect('readonly', { pipelining: true })
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => client.execute<{ n: bigint | number }[]>(`SELECT ? + ${n % 3} AS n`, [n])),
    )
    expect(answers.map(([row]) => Number(row?.n))).toEqual(Array.from({ length: 60 }, (_, n) => n + (n % 3)))
    await expect(client.execute('DELETE FROM nowhere WHERE a = ?', [1])).rejects.toMatchObject({ errno: 1142 })
    expect(await client.execute('SELECT ? AS t', ['ü'])).toMatchObject([{ t: 'ü' }])
    await client.end()
  })

  it('streams a result, with compression', async () => {
    const client = await connect('readonly', { compress: true })
    let seen = 0
    const rows = client.queryStream(
      'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, REPEAT(i, 50) AS t FROM n',
    )
    for await (const row of rows) {
      seen += Number((row as { i: number | bigint }).i)
    }
    expect(seen).toBe(500_500)
    await client.end()
  })

  it('keeps a pool', async () => {
    const pool = createPool({ ...clients.through('everything'), ssl: { ca: clients.ca }, connectionLimit: 3 })
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, n) =>
        Number((await pool.query<{ n: number }[]>('SELECT ? AS n', [n]))[0]?.n),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 30 }, (_, n) => n))
    await pool.end()
  })
})
