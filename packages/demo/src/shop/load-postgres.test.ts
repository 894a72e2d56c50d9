import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { loadShop, type LoadedShop } from './load-postgres.ts'
import { INJECTION_TICKET } from './tickets.ts'

let server: PostgresServer
let loaded: LoadedShop

beforeAll(async () => {
  server = await startPostgres()
  loaded = await loadShop(server, { orders: 3000, customers: 800, tickets: 1400 })
}, 60_000)
afterAll(() => server?.stop())

async function ask(as: { user: string; password: string }, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url(loaded.database, as) })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('every order lies in the partition of its month, and its total is the sum of its lines', async () => {
  const [row] = await ask(
    loaded.reader,
    `SELECT count(*)::int AS orders, count(DISTINCT tableoid)::int AS partitions,
            count(*) FILTER (WHERE total <> order_total(id))::int AS wrong FROM orders`,
  )
  expect(row).toEqual({ orders: 3000, partitions: 24, wrong: 0 })
})

test('customers come from forty countries and write their names in more than ten scripts', async () => {
  const rows = await ask(loaded.reader, 'SELECT country, full_name FROM customers')
  expect(new Set(rows.map((row) => row['country'])).size).toBe(40)
  const names = rows.map((row) => String(row['full_name']))
  const scripts = [
    'Latin',
    'Cyrillic',
    'Greek',
    'Arabic',
    'Hebrew',
    'Han',
    'Hiragana',
    'Katakana',
    'Hangul',
    'Thai',
    'Devanagari',
  ]
  const missing = scripts.filter((script) => !names.some((name) => new RegExp(`\\p{Script=${script}}`, 'u').test(name)))
  expect(missing).toEqual([])
})

test('values come back from the server as the generator made them', async () => {
  const [row] = await ask(
    loaded.reader,
    `SELECT c.email = c.profile->'contact'->>'email' AS same, array_length(c.tags, 1) IS NOT NULL AS tagged,
            host(c.last_ip) <> '' AS ip, get_byte(p.thumbnail, 0) AS byte
       FROM customers c, products p WHERE c.tags <> '{}' LIMIT 1`,
  )
  expect(row).toEqual({ same: true, tagged: true, ip: true, byte: 0x89 })
})

test('one ticket holds orders for a model, many hold what nobody should write in a ticket', async () => {
  const rows = await ask(
    loaded.reader,
    `SELECT t.id, t.body LIKE '%ignore all previous instructions%' AS injection
       FROM support_tickets t JOIN customers c ON c.id = t.customer_id
      WHERE t.body LIKE '%ignore all previous%' OR position(c.phone in t.body) > 0 OR position(c.national_id in t.body) > 0`,
  )
  expect(rows.filter((row) => row['injection'] === true).map((row) => row['id'])).toEqual([INJECTION_TICKET])
  expect(rows.length).toBeGreaterThan(500)
})

test('the reader reads, the writer changes the shop, and neither changes its structure', async () => {
  await expect(ask(loaded.reader, 'UPDATE products SET price = 1')).rejects.toMatchObject({ code: '42501' })
  await ask(loaded.writer, 'UPDATE products SET price = price WHERE id = 1')
  await expect(ask(loaded.writer, 'DROP TABLE products')).rejects.toMatchObject({ code: '42501' })
  await expect(ask(loaded.writer, 'UPDATE hr.employees SET salary = 1')).rejects.toMatchObject({ code: '42501' })
  const [row] = await ask(loaded.writer, 'SELECT count(*)::int AS employees FROM hr.directory')
  expect(row).toEqual({ employees: 240 })
})
