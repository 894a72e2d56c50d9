import { readFileSync } from 'node:fs'
import type { Effect } from '@sallyport/core'
import { DEFAULT_POSTGRES_SETTINGS, loadPostgres } from '@sallyport/sql'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/index.ts'

// The server itself is the oracle: in a read-only transaction it refuses what writes.
const READ_ONLY_VIOLATION = '25006'
const HARMLESS: ReadonlySet<Effect> = new Set(['read', 'session', 'transaction'])
const analyser = await loadPostgres()

const SCHEMA = `
  CREATE TABLE customers (id serial PRIMARY KEY, name text, email text);
  CREATE TABLE orders (id serial PRIMARY KEY, customer_id int, total numeric, placed timestamptz);
  INSERT INTO customers (name, email) VALUES ('a', 'a@example.com'), ('b', 'b@example.com');
  INSERT INTO orders (customer_id, total, placed) VALUES (1, 10, now()), (2, 20, now());
  CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS 'UPDATE orders SET total = total; SELECT 1';
  CREATE FUNCTION touch(int, int) RETURNS int LANGUAGE sql AS 'UPDATE orders SET total = total; SELECT 1';
  CREATE OPERATOR === (leftarg = int, rightarg = int, function = touch);
  CREATE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM orders'`

/** One statement a line. */
const cases = (name: string): readonly string[] =>
  readFileSync(new URL(`cases/postgres/${name}.sql`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'))

const isHarmless = (sql: string): boolean => {
  const analysis = analyser.analyse(sql, DEFAULT_POSTGRES_SETTINGS)
  if (!analysis.ok) throw new Error(`${analysis.failure.message}: ${sql}`)
  return analysis.statements.every((statement) => [...statement.effects].every((effect) => HARMLESS.has(effect)))
}

/** The SQLSTATE of a statement in a read-only transaction that is rolled back; 'done' without one. */
async function readOnly(client: Client, sql: string): Promise<string> {
  await client.query('BEGIN READ ONLY')
  try {
    await client.query(sql)
    return 'done'
  } catch (error) {
    return String((error as { readonly code?: string }).code)
  } finally {
    await client.query('ROLLBACK')
  }
}

describe.each(postgresVersions())('PostgreSQL %i', (version) => {
  let server: TestPostgres
  let client: Client

  beforeAll(async () => {
    server = await startPostgres({ version })
    client = await server.connect()
    await client.query(SCHEMA)
    await client.query("SET statement_timeout = '5s'")
  })

  afterAll(async () => {
    await client?.end()
    await server?.stop()
  })

  test.each(cases('reads'))('lets a read-only transaction do what is called harmless: %s', async (sql) => {
    expect([isHarmless(sql), await readOnly(client, sql)]).toEqual([true, 'done'])
  })

  test.each(cases('changes'))('what changes something is never called harmless: %s', (sql) => {
    expect(isHarmless(sql)).toBe(false)
  })

  test('no built-in function that is called a read wants to write', async () => {
    const calls = await callsOfBuiltins(client)
    expect(calls.length).toBeGreaterThan(2500)
    const reads = calls.filter((call) => isHarmless(call))
    expect(reads.length).toBeGreaterThan(2400)
    const refused: string[] = []
    for (const call of reads) if ((await readOnly(client, call)) === READ_ONLY_VIOLATION) refused.push(call)
    expect(refused).toEqual([])
  }, 300_000)
})

/** A call of every function of pg_catalog that SQL can call, with arguments that most of them accept. */
async function callsOfBuiltins(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; types: readonly string[]; window: boolean }>(`
    SELECT proname AS name, proargtypes::regtype[]::text[] AS types, prokind = 'w' AS window
      FROM pg_proc
     WHERE pronamespace = 'pg_catalog'::regnamespace AND proname !~ '^pg_sleep'
       AND NOT 'internal'::regtype = ANY (proargtypes::oid[])
       AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)`)
  return rows.map(({ name, types, window }) => {
    const values = types.map((type) => ARGUMENTS[type] ?? `NULL::${type}`)
    return `SELECT pg_catalog."${name}"(${values.join(', ')})${window ? ' OVER ()' : ''}`
  })
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  smallint: '1::int2',
  integer: '1',
  bigint: '1::int8',
  numeric: '1.0',
  real: '1::float4',
  'double precision': '1::float8',
  boolean: 'true',
  text: "'orders'::text",
  name: "'orders'::name",
  cstring: "'orders'::cstring",
  bytea: "'a'::bytea",
  json: "'{}'::json",
  jsonb: "'{}'::jsonb",
  date: "'2020-01-01'::date",
  'timestamp with time zone': 'now()',
  interval: "'1 s'::interval",
  oid: "'orders'::regclass::oid",
  regclass: "'orders'::regclass",
  regtype: "'int4'::regtype",
  pg_lsn: "'0/1'::pg_lsn",
  anyelement: '1',
  anyarray: 'ARRAY[1]',
  '"any"': "'x'::text",
  'text[]': "ARRAY['a']",
  record: 'ROW(1)',
}
