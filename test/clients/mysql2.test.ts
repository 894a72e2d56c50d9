import { pipeline } from 'node:stream/promises'
import { Readable, Writable } from 'node:stream'
import { createConnection as createCallbackConnection, type RowDataPacket } from 'mysql2'
import { createConnection, createPool, type Connection, type ConnectionOptions } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours } from '../support/index.ts'
import { startMysqlClients, type MysqlClients } from './mysql-setup.ts'

describe.each(mysqlFlavours())('mysql2 before %s', (flavour) => {
  let clients: MysqlClients

  beforeAll(async () => {
    clients = await startMysqlClients(flavour)
  })

  afterAll(async () => {
    await clients?.stop()
  })

  const connect = (
    connection: 'everything' | 'readonly' = 'everything',
    more: ConnectionOptions = {},
  ): Promise<Connection> => createConnection({ ...clients.through(connection), ssl: { ca: clients.ca }, ...more })

  it('queries and executes with and without parameters', async () => {
    const client = await connect()
    expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    expect((await client.query('SELECT ? + ? AS sum', [20, 22]))[0]).toEqual([{ sum: 42 }])
    for (let turn = 0; turn < 3; turn++) {
      expect((await client.execute('SELECT ? * 2 AS d, ? AS t', [turn, `ü${turn}`]))[0]).toEqual([
        { d: turn * 2, t: `ü${turn}` },
      ])
    }
    const statement = await client.prepare('SELECT CAST(? AS DATE) AS d, ? AS b, ? AS n')
    const [rows] = await statement.execute([new Date(Date.UTC(2026, 10, 22)), Buffer.from([0, 255]), null])
    expect(rows).toMatchObject([{ n: null }])
    await statement.close()
    await client.end()
  })

  it('speaks without TLS, too, and with compression', async () => {
    for (const more of [{ ssl: undefined }, { compress: true }, { ssl: undefined, compress: true }] as const) {
      const client = await connect('readonly', more as ConnectionOptions)
      const [rows] = await client.query<RowDataPacket[]>("SELECT REPEAT('x', 100000) AS x")
      expect(String(rows[0]?.['x']).length).toBe(100_000)
      expect((await client.execute('SELECT ? AS a', ['b']))[0]).toEqual([{ a: 'b' }])
      await client.end()
    }
  })

  it('names its placeholders and sends several statements', async () => {
    const client = await connect('everything', { multipleStatements: true, namedPlaceholders: true })
    expect((await client.execute('SELECT :a + :b AS sum', { a: 1, b: 2 }))[0]).toEqual([{ sum: 3 }])
    const [results] = await client.query('SELECT 1 AS a; DO 1; SELECT 2 AS b')
    expect(results).toMatchObject([[{ a: 1 }], { affectedRows: 0 }, [{ b: 2 }]])
    await client.end()
  })

  it('runs a transaction, fails in it, and goes on', async () => {
    const client = await connect()
    await client.query('CREATE TEMPORARY TABLE t (a INT PRIMARY KEY)')
    await client.beginTransaction()
    await client.query('INSERT INTO t VALUES (1)')
    await expect(client.query('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ errno: 1062 })
    await client.query('INSERT INTO t VALUES (2)')
    await client.rollback()
    expect((await client.query('SELECT COUNT(*) AS n FROM t'))[0]).toEqual([{ n: 0 }])
    await client.end()
  })

  it('gets a refusal with its rule, in and out of transactions, of texts and of prepared statements', async () => {
    const client = await connect('readonly', { multipleStatements: true })
    const refused = { errno: 1142, sqlState: '42000', message: expect.stringContaining('read-only') as string }
    await expect(client.query('CREATE TABLE x (a INT)')).rejects.toMatchObject(refused)
    await expect(client.query('SELECT 1; DROP TABLE x; SELECT 2')).rejects.toMatchObject(refused)
    await expect(client.execute('DELETE FROM x WHERE a = ?', [1])).rejects.toMatchObject(refused)
    await client.query('BEGIN')
    await expect(client.query('DELETE FROM x')).rejects.toMatchObject(refused)
    // As after an error of the server's own, the transaction goes on.
    expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await client.query('ROLLBACK')
    expect((await client.execute('SELECT ? AS two', [2]))[0]).toEqual([{ two: 2 }])
    await client.end()
  })

  it('streams a large result', async () => {
    const client = createCallbackConnection({ ...clients.through('readonly'), ssl: { ca: clients.ca } })
    const rows = client
      .query(
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT a.i AS a, b.i AS b FROM n AS a, n AS b WHERE b.i <= 50',
      )
      .stream({ highWaterMark: 100 })
    let sum = 0
    await pipeline(
      rows,
      new Writable({
        objectMode: true,
        write: (row: { b: number }, _, done) => {
          sum += row.b
          done()
        },
      }),
    )
    expect(sum).toBe(1000 * ((50 * 51) / 2))
    client.end()
  })

  it('calls procedures', async () => {
    const client = await connect()
    await client.query('DROP PROCEDURE IF EXISTS twice')
    await client.query('CREATE PROCEDURE twice(IN a INT, OUT b INT) BEGIN SELECT a AS given; SET b = a * 2; END')
    const [results] = await client.query('CALL twice(21, @b)')
    expect(results).toMatchObject([[{ given: 21 }], {}])
    expect((await client.query('SELECT @b AS b'))[0]).toEqual([{ b: 42 }])
    await client.query('DROP PROCEDURE twice')
    await client.end()
  })

  it('loads a file where the connection allows it, and not elsewhere', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `${index}\tline ${index}\n`).join('')
    const client = await connect()
    await client.query('CREATE TEMPORARY TABLE loaded (a INT, b VARCHAR(20))')
    const load = {
      sql: "LOAD DATA LOCAL INFILE 'lines' INTO TABLE loaded",
      infileStreamFactory: () => Readable.from([Buffer.from(lines)]),
    }
    await client.query(load)
    expect((await client.query('SELECT COUNT(*) AS n, MAX(a) AS m FROM loaded'))[0]).toEqual([{ n: 5000, m: 4999 }])
    await client.end()
    const reader = await connect('readonly')
    await expect(reader.query(load)).rejects.toMatchObject({ code: expect.stringMatching(/./) as string })
    expect((await reader.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await reader.end()
  })

  it('serves a pool whose connections are reset', async () => {
    const pool = createPool({
      ...clients.through('everything'),
      ssl: { ca: clients.ca },
      connectionLimit: 4,
      resetOnRelease: true,
    } as never)
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const [rows] = await pool.execute<RowDataPacket[]>('SELECT ? AS n', [n])
        return Number(rows[0]?.['n'])
      }),
    )
    expect(answers).toEqual(Array.from({ length: 40 }, (_, n) => n))
    await pool.end()
  })
})
