import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type RelayPort, startRelayPort } from './relay-port.ts'

describe.each(postgresVersions())('the relay over PostgreSQL %i', (version) => {
  let postgres: TestPostgres
  let port: RelayPort
  let client: Client

  beforeAll(async () => {
    postgres = await startPostgres({ version, users: [{ name: 'app', password: 'app password' }] })
    await postgres.query(`
      CREATE TABLE people (id int PRIMARY KEY, name text, email varchar(40) UNIQUE, ssn text, salary numeric(10,2), born date, meta jsonb);
      INSERT INTO people VALUES (1, 'Ada', 'ada@example.com', '123-45-6789', 5000.00, '1990-05-05', '{"ssn":"123-45-6789"}');
      CREATE TABLE orders (id int PRIMARY KEY, total int);
      INSERT INTO orders SELECT g, g * 10 FROM generate_series(1, 100) g;
      GRANT SELECT ON people, orders TO app;`)
    port = await startRelayPort({
      postgres,
      user: 'app',
      password: 'app password',
      rules: {
        columns: [
          { match: '*.people.ssn', strategy: 'redact' },
          { match: '*.people.email', strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true },
          { match: '*.people.salary', strategy: 'redact' },
          { match: '*.people.born', strategy: 'redact' },
        ],
      },
    })
    client = new Client({ host: '127.0.0.1', port: port.port, user: 'u', password: '', database: 'd' })
    await client.connect()
  })

  afterAll(async () => {
    await client?.end()
    await port?.stop()
    await postgres?.stop()
  })

  test('masks columns and leaves the rest', async () => {
    const { rows } = await client.query('select id, name, email, ssn, salary::text, born::text from people')
    expect(rows).toEqual([
      { id: 1, name: 'Ada', email: 'a**@example.com', ssn: '[redacted]', salary: '[redacted]', born: '[redacted]' },
    ])
  })

  test('masks typed columns in the extended protocol too', async () => {
    const { rows } = await client.query('select * from people where id = $1', [1])
    expect(rows[0]).toMatchObject({ id: 1, name: 'Ada', ssn: '[redacted]', salary: '0.00' })
  })

  test('rows of other tables pass', async () => {
    const { rows } = await client.query('select sum(total) as sum, count(*) from orders')
    expect(rows).toEqual([{ sum: '50500', count: '100' }])
  })
})
