import { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type RelayPort, type RelayPortOptions, startRelayPort } from './relay-port.ts'
import { WireClient } from './wire.ts'

const RULES = {
  columns: [
    { match: '*.people.ssn', strategy: 'redact' },
    { match: '*.people.email', strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true },
    { match: '*.people.salary', strategy: 'redact' },
    { match: '*.people.born', strategy: 'redact' },
  ],
} as const

describe.each(postgresVersions())('the relay over PostgreSQL %i', (version) => {
  let postgres: TestPostgres
  let port: RelayPort
  let client: Client
  const ports: RelayPort[] = []

  async function open(options: Partial<RelayPortOptions> = {}): Promise<RelayPort> {
    const { user, password } = postgres
    const opened = await startRelayPort({ postgres, user, password, rules: RULES, ...options })
    ports.push(opened)
    return opened
  }

  beforeAll(async () => {
    postgres = await startPostgres({ version })
    await postgres.query(`
      CREATE TABLE people (id int PRIMARY KEY, name text, email varchar(40) UNIQUE, ssn text, salary numeric(10,2), born date);
      INSERT INTO people VALUES (1, 'Ada', 'ada@example.com', '123-45-6789', 5000.00, '1990-05-05');
      CREATE TABLE orders (id int PRIMARY KEY, total int);
      INSERT INTO orders SELECT g, g * 10 FROM generate_series(1, 100) g;
      CREATE TABLE big (id int, body text);`)
  })

  afterAll(async () => {
    await postgres?.stop()
  })

  beforeEach(async () => {
    port = await open()
    client = new Client({ host: '127.0.0.1', port: port.port, user: 'u', password: '', database: 'd' })
    client.on('error', () => {})
    await client.connect()
  })

  afterEach(async () => {
    await client.end().catch(() => {})
    for (const opened of ports.splice(0)) await opened.stop()
  })

  describe('masking', () => {
    test('changes the columns of the rules and leaves the rest', async () => {
      const { rows } = await client.query('select id, name, email, ssn, salary, born::text from people')
      expect(rows).toEqual([
        { id: 1, name: 'Ada', email: 'a**@example.com', ssn: '[redacted]', salary: '0.00', born: '[redacted]' },
      ])
    })

    test('keeps binary results valid for their types', async () => {
      const wire = await WireClient.open(port.port)
      await wire.extended('select id, ssn, salary, born from people', { binary: true, describe: 'portal' })
      const row = wire.messages.find((message) => message.type === 'DataRow')
      expect(row?.values.map((value) => Buffer.from(value ?? []).toString('hex'))).toEqual([
        '00000001',
        Buffer.from('[redacted]').toString('hex'),
        '0000000000000002',
        'ffffd533',
      ])
      wire.end()
    })

    test('lets rows of other tables pass', async () => {
      const { rows } = await client.query('select sum(total) as sum, count(*) from orders')
      expect(rows).toEqual([{ sum: '50500', count: '100' }])
    })

    test('a long text is judged as a short one', async () => {
      const { rows } = await client.query(`select ssn, upper(ssn) as up /* ${'x'.repeat(40_000)} */ from people`)
      expect(rows).toEqual([{ ssn: '[redacted]', up: '[redacted]' }])
    })

    test('reports what was hidden, by column, and nothing of what passed', async () => {
      await client.query('select * from orders')
      await client.query('select id, ssn, email from people')
      expect(port.redactions).toEqual([
        { statement: 1, schema: 'public', table: 'people', column: 'ssn', type: 'text', strategy: 'redact', count: 1 },
        {
          statement: 1,
          schema: 'public',
          table: 'people',
          column: 'email',
          type: 'varchar',
          strategy: 'partial',
          count: 1,
        },
      ])
    })

    test.each([
      ['COPY people TO STDOUT', '1\tAda\ta**@example.com\t[redacted]\t0.00\t1970-01-01\n'],
      ['COPY people (ssn, id) TO STDOUT (FORMAT csv, HEADER)', 'ssn,id\n"[redacted]",1\n'],
      ["COPY (SELECT id, ssn FROM people) TO STDOUT (DELIMITER ';')", '1;[redacted]\n'],
      ['COPY (SELECT id, name FROM people) TO STDOUT', '1\tAda\n'],
      ['COPY (SELECT id FROM orders WHERE id < 3) TO STDOUT', '1\n2\n'],
    ])('%s', async (text, expected) => {
      const chunks: Buffer[] = []
      for await (const chunk of client.query(copyTo(text))) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).toString()).toBe(expected)
    })

    test('a description that fails before a COPY is the error of the COPY', async () => {
      await client.query('begin')
      await expect(client.query(copyTo('COPY (SELECT nothing FROM people) TO STDOUT')).toArray()).rejects.toMatchObject(
        {
          code: '42703',
        },
      )
      await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
      await client.query('rollback')
    })

    test('storing a masked value elsewhere is refused, in step with the transaction', async () => {
      await client.query('begin')
      await expect(client.query('update people set name = ssn')).rejects.toMatchObject({
        code: '42501',
        detail: 'masking: write-back',
      })
      await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
      await client.query('rollback')
      await client.query("update people set name = 'Ada' where ssn = '123-45-6789'")
    })

    test('new rules hold from the next statement on, for statements prepared before too', async () => {
      const before = await client.query({ name: 'q', text: 'select total from orders where id = 1' })
      expect(before.rows).toEqual([{ total: 10 }])
      const masking = Buffer.from(JSON.stringify({ columns: [{ match: '*.orders.total', strategy: 'redact' }] }))
      port.control({ type: 'policy', version: '2', masking })
      const after = await client.query({ name: 'q', text: 'select total from orders where id = 1' })
      expect(after.rows).toEqual([{ total: 0 }])
    })

    test('a table made a moment ago is known by its rules', async () => {
      await client.query('drop table if exists staff.people')
      await client.query('create schema if not exists staff')
      await client.query('create table staff.people (id int, ssn text)')
      await client.query("insert into staff.people values (7, '999-99-9999')")
      const { rows } = await client.query('select * from staff.people')
      expect(rows).toEqual([{ id: 7, ssn: '[redacted]' }])
    })
  })

  describe('the floor', () => {
    test('read_only refuses what changes data or the setting itself', async () => {
      const floor = await open({ rules: { columns: [] }, floor: { readOnly: true } })
      const wire = await WireClient.open(floor.port)
      for (const text of [
        'delete from orders',
        'create table x (a int)',
        'set default_transaction_read_only = off',
        'begin read write',
        "select set_config('transaction_read_only', 'off', false)",
        'do $$ begin end $$',
      ]) {
        await wire.query(text)
        expect(wire.messages.at(-2)).toMatchObject({ type: 'ErrorResponse' })
      }
      await wire.query('select count(*) from orders')
      expect(wire.messages.some(({ type }) => type === 'DataRow')).toBe(true)
      wire.end()
      const [{ count }] = (await postgres.query('select count(*)::int from orders')) as [{ count: number }]
      expect(count).toBe(100)
    })

    test('its masking rules hold whatever the policy says', async () => {
      const floor = await open({ rules: { columns: [] }, floor: { readOnly: false, masking: RULES } })
      const wire = await WireClient.open(floor.port)
      await wire.query('select ssn from people')
      expect(wire.bytes.toString()).toContain('[redacted]')
      wire.end()
    })
  })

  describe('ends', () => {
    test('a client that goes away frees its backend', async () => {
      const wire = await WireClient.open(port.port)
      wire.send({ type: 'Query', query: 'select pg_sleep(600)' })
      await backends(postgres, 'active', 1)
      wire.end()
      await backends(postgres, 'active', 0)
      expect(port.failures).toEqual([])
    })

    test('a cancel ends what runs, and the session goes on', async () => {
      const wire = await WireClient.open(port.port)
      wire.send({ type: 'Query', query: 'select pg_sleep(600)' })
      await backends(postgres, 'active', 1)
      port.control({ type: 'cancel' })
      await wire.ready(2)
      await wire.query('select 1')
      expect(wire.messages.filter(({ type }) => type === 'ErrorResponse')).toHaveLength(1)
      wire.end()
    })

    test('a database session that is killed ends with its own words', async () => {
      const wire = await WireClient.open(port.port)
      wire.send({ type: 'Query', query: 'select pg_sleep(600)' })
      await backends(postgres, 'active', 1)
      await postgres.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
      )
      await wire.until(() => false)
      expect(wire.messages.at(-1)).toMatchObject({ type: 'ErrorResponse' })
      expect(port.failures).toEqual([])
    })
  })

  describe('large rows', () => {
    test('pass with flat memory where nothing is masked', async () => {
      const wire = await WireClient.open((await open({ limits: { maskedRowBytes: 1024 * 1024 } })).port)
      wire.keep(false)
      const before = process.memoryUsage().rss
      const bytes = 200 * 1024 * 1024
      await wire.query(`select repeat('x', n) from generate_series(${bytes}, ${bytes}) as n`)
      expect(wire.received).toBeGreaterThan(bytes)
      expect(wire.readyCount).toBe(2)
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
      wire.end()
    })

    test('beyond the limit end the session where something is masked', async () => {
      const limited = await open({ limits: { maskedRowBytes: 64 * 1024 } })
      const wire = await WireClient.open(limited.port)
      wire.send({ type: 'Query', query: "select ssn, repeat('x', 100000) from people" })
      await wire.until(() => false)
      expect(limited.failures).toMatchObject([{ sqlState: '54000' }])
    })
  })
})

/** Waits until so many backends that sleep are in a state. */
async function backends(postgres: TestPostgres, state: string, count: number): Promise<void> {
  for (;;) {
    const [{ found }] = (await postgres.query(
      `select count(*)::int as found from pg_stat_activity where query like 'select pg_sleep%' and state = '${state}'`,
    )) as [{ found: number }]
    if (found === count) return
  }
}
