import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { findMysql, loadMysqlShop, mysqlIn, startMysql, type LoadedShop, type MysqlServer } from '@sallyport/demo'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Every server there is on this machine: the one that the demo would find, and MySQL 9 where the environment says so.
const found = await findMysql()
const named = process.env['SALLYPORT_TEST_MYSQL9'] ?? ''
const servers = [
  ...(found === undefined ? [] : [{ name: found.name, options: {} }]),
  ...(named === '' ? [] : [{ name: (await mysqlIn(named)).name, options: { installation: named } }]),
]

test('a folder without a server is said to have none', async () => {
  await expect(mysqlIn('/proc/self')).rejects.toMatchObject({ name: 'DemoError', code: 'mysql-missing' })
})

describe.each(servers)('$name', ({ options }) => {
  let server: MysqlServer
  let shop: LoadedShop
  let directory = ''
  const lines: string[] = []

  beforeAll(async () => {
    const settings = { 'max-connections': '33' }
    server = await startMysql({ ...options, settings, onProgress: (line) => lines.push(line) })
    shop = await loadMysqlShop(server, { orders: 3000, customers: 800, tickets: 1400 })
  })
  afterAll(async () => {
    await server?.stop()
  })

  async function ask(
    sql: string,
    as?: { readonly user: string; readonly password: string },
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = await createConnection(server.url('shop', as))
    try {
      const [rows] = await client.query<RowDataPacket[]>(sql)
      return rows
    } finally {
      await client.end()
    }
  }

  test('one superuser with a password, settings as asked for, files from clients refused', async () => {
    const [row] = await ask(
      `SELECT @@datadir AS dir, @@max_connections AS connections, @@local_infile AS local_files, @@event_scheduler AS events,
              (SELECT count(*) FROM mysql.user WHERE user = 'root') AS roots`,
    )
    expect(row).toMatchObject({ connections: 33, local_files: 0, events: 'OFF', roots: 1 })
    directory = dirname(String(row?.['dir']))
    expect(existsSync(directory)).toBe(true)
    expect(lines.length).toBeGreaterThan(0)
    await expect(ask('SELECT 1', { user: 'root', password: 'no' })).rejects.toMatchObject({ errno: 1045 })
  })

  test('every row of the sample is there, each order in the partition of its month, its total the sum of its lines', async () => {
    const [row] = await ask(
      `SELECT count(*) AS orders, CAST(coalesce(sum(total <> order_total(id)), 0) AS signed) AS wrong,
              (SELECT count(*) FROM orders PARTITION (orders_2025_01)) AS january,
              (SELECT count(*) FROM orders WHERE placed_at >= '2025-01-01' AND placed_at < '2025-02-01') AS really
         FROM orders`,
    )
    expect(row).toMatchObject({ orders: shop.rows['public.orders'], wrong: 0 })
    expect(row?.['january']).toBe(row?.['really'])
    expect(row?.['january']).toBeGreaterThan(0)
  })

  test('texts, documents, lists and bytes come back as the generator made them', async () => {
    const [row] = await ask(
      `SELECT c.email = json_unquote(json_extract(c.profile, '$.contact.email')) AS mail, json_length(c.tags) > 0 AS tagged,
              c.loyalty_tier IN ('bronze', 'silver', 'gold') AS tier, hex(left(p.thumbnail, 1)) AS byte,
              (SELECT count(DISTINCT country) FROM customers) AS countries,
              (SELECT full_name FROM customers WHERE country = 'JP' ORDER BY id LIMIT 1) REGEXP '[一-龯]' AS japanese
         FROM customers c, products p WHERE json_length(c.tags) > 0 LIMIT 1`,
    )
    expect(row).toEqual({ mail: 1, tagged: 1, tier: 1, byte: '89', countries: 40, japanese: 1 })
  })

  test('no row refers to one that is not there, though nothing was checked while loading', async () => {
    const references = await ask(
      `SELECT concat(table_schema, '.', table_name) AS here, column_name AS its,
              concat(referenced_table_schema, '.', referenced_table_name) AS there, referenced_column_name AS theirs
         FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL AND table_schema IN ('shop', 'hr')`,
    )
    expect(references.length).toBeGreaterThan(7)
    for (const reference of references) {
      const { here, its, there, theirs } = reference as Readonly<Record<string, string>>
      const lost = await ask(
        `SELECT 1 FROM ${here} one LEFT JOIN ${there} other ON other.${theirs} = one.${its}
          WHERE one.${its} IS NOT NULL AND other.${theirs} IS NULL LIMIT 1`,
      )
      expect(lost, `${here}.${its}`).toEqual([])
    }
  })

  test('the reader reads, the writer changes the shop, and neither changes its structure', async () => {
    const denied = { errno: 1142 }
    await expect(ask('UPDATE products SET price = 1', shop.reader)).rejects.toMatchObject(denied)
    await ask('UPDATE products SET price = price WHERE id = 1', shop.writer)
    await expect(ask('DROP TABLE products', shop.writer)).rejects.toMatchObject(denied)
    await expect(ask('UPDATE hr.employees SET salary = 1', shop.writer)).rejects.toMatchObject(denied)
    expect(await ask('SELECT count(*) AS employees FROM hr.directory', shop.reader)).toEqual([{ employees: 240 }])
  })

  test('it survives a crash with what was in it, and leaves nothing behind when it is stopped', async () => {
    await server.kill('SIGKILL')
    await server.restart()
    expect(await ask('SELECT count(*) AS orders FROM orders')).toEqual([{ orders: 3000 }])
    const { pid } = server
    expect(existsSync(directory)).toBe(true)
    await server.stop()
    expect(existsSync(directory)).toBe(false)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await server.stop()
  })
})
