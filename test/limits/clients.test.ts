import { Client } from 'pg'
import Cursor from 'pg-cursor'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { psql } from '../support/index.ts'
import { setLimits, type LimitedConnection, type LimitStage } from './setup.ts'

// What the people and programs that a limit is for see of it.

let stage: LimitStage

beforeAll(async () => {
  stage = await setLimits(15)
})

afterAll(async () => {
  await stage?.stop()
})

const through = (
  user: LimitedConnection,
): { host: string; port: number; user: string; password: string; database: string } => ({
  host: stage.sallyport.host,
  port: stage.sallyport.port,
  user,
  password: stage.sallyport.token,
  database: 'postgres',
})

it('psql shows the error with its rule and hint, and goes on; of a change it shows the warning', async () => {
  const script = `SELECT id FROM shop;
    \\set FETCH_COUNT 4
    SELECT id FROM shop;
    \\unset FETCH_COUNT
    INSERT INTO log SELECT generate_series(1, 20) RETURNING id;
    SELECT 'went on';
    DELETE FROM log;`
  const { stdout, stderr } = await psql(script, { ...through('rows'), args: ['-A', '-t'] })
  expect(stderr.match(/ERROR: {2}the result has more than 10 rows/g)).toHaveLength(2)
  expect(stderr).toContain('DETAIL:  Limited by Sallyport, rule max-rows.')
  expect(stderr).toContain('HINT:  Ask for less')
  expect(stderr).toContain('WARNING:  the result has more than 10 rows')
  expect(stdout).toContain('went on')
})

it('node-postgres rejects, keeps its place, and reads on in the rows of a cursor', async () => {
  const client = new Client(through('rows'))
  await client.connect()
  await expect(client.query('SELECT * FROM shop')).rejects.toMatchObject({ code: '54000' })
  await expect(client.query('SELECT * FROM shop WHERE id > $1', [0])).rejects.toMatchObject({ code: '54000' })
  const cursor = client.query(new Cursor('SELECT id FROM shop WHERE id > $1', [0]))
  expect(await cursor.read(6)).toHaveLength(6)
  await expect(cursor.read(6)).rejects.toMatchObject({ code: '54000' })
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await client.end()
})

it('postgres.js, which pipelines, gets each answer where it belongs', async () => {
  // Its own look at the types when it connects has more than ten rows.
  const sql = postgres({ ...through('rows'), max: 1, fetch_types: false, onnotice: () => undefined })
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      sql`SELECT i FROM generate_series(1, ${n % 2 === 0 ? 10 : 11}::int) i`.then(
        // After an error in the middle of a result it hands out rows of the failed one with the next; so it does on the server itself.
        (rows) => (rows.length >= 10 ? 'rows' : 'too few'),
        (error: { code: string }) => error.code,
      ),
    ),
  )
  expect(replies).toEqual(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 'rows' : '54000')))
  await sql.end()
})

it('all limits hold together', async () => {
  const client = new Client(through('all'))
  await client.connect()
  await expect(client.query('SELECT * FROM shop')).rejects.toThrow('more than 10 rows')
  await expect(client.query("SELECT repeat('x', 3000)")).rejects.toThrow('more than 2000 bytes')
  expect((await client.query('SELECT id FROM shop WHERE id <= 10')).rows).toHaveLength(10)
  await client.end()
})
