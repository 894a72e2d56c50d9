import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { Client, DatabaseError } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitForEvent } from '../support/index.ts'
import { startClients, type Clients } from './setup.ts'

let clients: Clients

beforeAll(async () => {
  clients = await startClients(18)
})

afterAll(async () => {
  await clients?.stop()
})

describe('node-postgres', () => {
  const connect = async (connection: 'everything' | 'readonly' = 'everything'): Promise<Client> => {
    const client = new Client(clients.through(connection))
    await client.connect()
    return client
  }

  it('queries with and without parameters, named and binary', async () => {
    const client = await connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect((await client.query('SELECT $1::int + $2::int AS sum', [20, 22])).rows).toEqual([{ sum: 42 }])
    for (let turn = 0; turn < 3; turn++) {
      const { rows } = await client.query({ name: 'doubled', text: 'SELECT $1::int * 2 AS d', values: [turn] })
      expect(rows).toEqual([{ d: turn * 2 }])
    }
    const binary = { text: "SELECT 7::int4 AS n, 'ü'::text AS t", binary: true }
    expect((await client.query(binary)).rows).toEqual([{ n: 7, t: 'ü' }])
    await client.end()
  })

  it('runs a transaction, fails in it, and goes on after it', async () => {
    const client = await connect()
    await client.query('CREATE TEMP TABLE t (a int PRIMARY KEY)')
    await client.query('BEGIN')
    await client.query('INSERT INTO t VALUES (1)')
    await expect(client.query('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ code: '23505' })
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await client.query('ROLLBACK')
    expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }])
    await client.end()
  })

  it('gets a refusal with its rule and hint, in and out of transactions', async () => {
    const client = await connect('readonly')
    const refused = await client.query('CREATE TABLE x (a int)').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DatabaseError)
    expect(refused).toMatchObject({ code: '42501', severity: 'ERROR', detail: 'Refused by Sallyport, rule read-only.' })
    expect((refused as DatabaseError).hint).toBeTypeOf('string')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.query('BEGIN')
    await expect(client.query('DELETE FROM pg_class WHERE $1', [true])).rejects.toMatchObject({ code: '42501' })
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await client.query('ROLLBACK')
    expect((await client.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
    await client.end()
  })

  it('reads by cursor and by stream', async () => {
    const client = await connect('readonly')
    const cursor = client.query(new Cursor<{ g: number }>('SELECT g FROM generate_series(1, 10) g'))
    expect(await cursor.read(4)).toHaveLength(4)
    expect(await cursor.read(100)).toHaveLength(6)
    await cursor.close()
    let sum = 0
    const stream = client.query(new QueryStream('SELECT g FROM generate_series(1, 20000) g', [], { batchSize: 500 }))
    for await (const row of stream) sum += (row as { g: number }).g
    expect(sum).toBe(200_010_000)
    await client.end()
  })

  it('copies in and out', async () => {
    const client = await connect()
    await client.query('CREATE TEMP TABLE c (a int, b text)')
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index}\tline ${index}\n`)
    await pipeline(Readable.from(lines), client.query(copyFrom('COPY c FROM STDIN')))
    let bytes = 0
    const out = client.query(copyTo('COPY c TO STDOUT'))
    for await (const chunk of out) bytes += (chunk as Buffer).length
    expect(bytes).toBe(lines.join('').length)
    await client.end()
  })

  it('hears notifications of another session', async () => {
    const [listener, speaker] = [await connect(), await connect()]
    await listener.query('LISTEN news')
    const heard = waitForEvent(listener, 'notification')
    await speaker.query("SELECT pg_notify('news', 'of the day')")
    expect(await heard).toMatchObject([{ channel: 'news', payload: 'of the day' }])
    await listener.end()
    await speaker.end()
  })
})

describe('postgres.js', () => {
  it('pipelines hundreds of statements on one connection', async () => {
    const sql = open('everything', { max_pipeline: 200 })
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => (await sql<{ n: number }[]>`SELECT ${index}::int AS n`)[0]?.n),
    )
    expect(answers).toEqual(Array.from({ length: 500 }, (_, index) => index))
    await sql.end()
  })

  it('keeps the order when some statements of a pipeline are refused or fail', async () => {
    const sql = open('readonly', { max_pipeline: 100 })
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        if (index % 7 === 3) return sql`DELETE FROM pg_class WHERE oid = ${index}::oid`.then(() => 'ran', codeOf)
        if (index % 7 === 5) return sql`SELECT ${index}::int / 0`.then(() => 'ran', codeOf)
        return sql<{ n: number }[]>`SELECT ${index}::int AS n`.then(([row]) => row?.n)
      }),
    )
    expect(answers).toEqual(
      Array.from({ length: 200 }, (_, index) => (index % 7 === 3 ? '42501' : index % 7 === 5 ? '22012' : index)),
    )
    await sql.end()
  })

  it('reads by cursor, inserts many rows, and runs transactions with savepoints', async () => {
    const sql = open('everything')
    let seen = 0
    await sql`SELECT g FROM generate_series(1, 1000) g`.cursor(100, (rows) => {
      seen += rows.length
    })
    expect(seen).toBe(1000)
    await sql`CREATE TEMP TABLE many (a int, b text)`
    await sql`INSERT INTO many ${sql(Array.from({ length: 1000 }, (_, a) => ({ a, b: `row ${a}` })))}`
    const kept = await sql.begin(async (outer) => {
      await outer.savepoint(async (inner) => inner`SELECT 1/0`).catch(() => undefined)
      return outer`SELECT count(*)::int AS n FROM many`
    })
    expect(kept[0]).toEqual({ n: 1000 })
    await sql.end()
  })

  /** One connection. The driver's types leave out some of its options. */
  function open(connection: 'everything' | 'readonly', more: Record<string, unknown> = {}): postgres.Sql {
    const { user: username, ...rest } = clients.through(connection)
    return postgres({ ...rest, username, max: 1, onnotice: () => undefined, ...more } as postgres.Options<never>)
  }
})

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'no code'
}
