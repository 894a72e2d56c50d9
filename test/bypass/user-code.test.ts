import { HARMLESS_EXTENSIONS } from '@sallyport/sql'
import { Client, type QueryConfig } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ANYTHING,
  openWire,
  postgresVersions,
  startPostgres,
  startSallyport,
  until,
  type TestConnection,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'

/** Code of users that writes, under names that the server has, too; `notes` tells that it ran. */
const SCHEMA = `
  CREATE TABLE notes (text text);
  CREATE FUNCTION note() RETURNS text LANGUAGE sql AS $$INSERT INTO notes VALUES ('noted') RETURNING text$$;
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE people (id int, name varchar, mood mood);
  INSERT INTO people VALUES (1, 'Ada', 'happy');
  CREATE TABLE secrets (ssn text);
  INSERT INTO secrets VALUES ('123-45-6789');

  CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'immutable, it says'$$;
  CREATE OR REPLACE FUNCTION lower(varchar) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN note(); END$$;
  CREATE FUNCTION ascii(mood) RETURNS int LANGUAGE sql AS $$SELECT length(note())$$;
  CREATE FUNCTION step(int, mood) RETURNS int LANGUAGE sql AS $$SELECT length(note())$$;
  CREATE AGGREGATE bit_or(mood) (sfunc = step, stype = int, initcond = '0');
  CREATE FUNCTION plus(mood, mood) RETURNS int LANGUAGE sql AS $$SELECT length(note())$$;
  CREATE OPERATOR ^ (leftarg = mood, rightarg = mood, function = plus);
  CREATE OPERATOR # (leftarg = regclass, rightarg = bigint, function = pg_catalog.setval);
  CREATE SEQUENCE s;
  CREATE FUNCTION shown(people) RETURNS text LANGUAGE sql AS $$SELECT note()$$;
  CREATE FUNCTION odd(int) RETURNS text LANGUAGE sql AS $$SELECT note()$$;
  CREATE FUNCTION fine(int) RETURNS boolean LANGUAGE sql AS $$SELECT note() IS NOT NULL$$;
  CREATE DOMAIN watched AS int CHECK (fine(VALUE));
  CREATE TYPE pair AS (a watched, b int);
  CREATE DOMAIN counted AS int CHECK (nextval('s') > VALUE);
  CREATE FUNCTION mood_weight(mood) RETURNS point LANGUAGE sql AS $$SELECT point(length(note()), 0)$$;
  CREATE CAST (mood AS point) WITH FUNCTION mood_weight(mood) AS IMPLICIT;
  CREATE FUNCTION sqrt(double precision) RETURNS double precision LANGUAGE sql AS $$SELECT length(note())::float8$$;
  CREATE FUNCTION ceil(int) RETURNS text LANGUAGE sql AS $$SELECT ssn FROM secrets$$;`

/** Each runs code that writes, as a superuser sees it without Sallyport. */
const WRITES = [
  'SELECT lower(name) FROM people',
  'SELECT id FROM people WHERE lower(name) IS NOT NULL',
  "SELECT lower('x'::varchar)",
  'SELECT ascii(mood) FROM people',
  'SELECT bit_or(mood) FROM people',
  'SELECT mood ^ mood FROM people',
  "SELECT 's'::regclass # 7",
  'SELECT p.shown FROM people p',
  'SELECT (p).shown FROM people p',
  'SELECT p.shown FROM (SELECT people FROM people) AS x(y), LATERAL (SELECT (y).*) AS z, people p',
  'SELECT (1).odd',
  'SELECT x.odd FROM generate_series(1, 1) AS x',
  'SELECT 1::watched',
  "SELECT '{1}'::watched[]",
  "SELECT '(1,2)'::pair",
  'SELECT * FROM json_to_record(\'{"a":1}\') AS x(a watched)',
  'SELECT 0::counted',
  'SELECT point(0, 0) <-> mood FROM people',
]

/** What shares no more than a name with it. */
const READS = [
  "SELECT pg_catalog.lower('X'), upper('x'), length('x') + 1, ascii.text FROM notes ascii",
  'SELECT count(*), max(name) FROM notes, secrets, pg_class c, pg_namespace AS people(name)',
  "SELECT 'a' || 'b', 2 * 3, 1 = 1, name LIKE 'A%' FROM pg_namespace AS x(oid, name)",
  "SELECT '1'::int, now()::date, '{1}'::int[]",
]

/** What applications write where extensions share names with the server: nothing of it is refused. */
const EXTENDED = [
  "SELECT lower(c), replace(c, 'A', 'b'), split_part(c, '@', 1), strpos(c, 'a') FROM x WHERE c = 'ADA' AND c LIKE 'a%' ORDER BY c",
  "SELECT h -> 'a', h || 'b=>2', h ? 'a', h @> 'a=>1' FROM x WHERE h = 'a=>1'",
  "SELECT l <@ 'top', l || 'x', l ~ '*.a.*', l = 'top' FROM x",
  "SELECT 'word' % c::text, c::text <-> 'b' FROM x",
  'SELECT ARRAY[1, 2] & ARRAY[2], ARRAY[1] + 2, ARRAY[1, 2] @> ARRAY[1], ARRAY[1] | 2',
  "SELECT '(1, 2)'::cube && '(1, 2)', seg '1..2' << seg '3', ean13 '9780393040029' = ean13 '9780393040029'",
  'SELECT x.c, x.h, (x).l, count(*), max(x.c) FROM x GROUP BY 1, 2, 3',
]

describe.each(postgresVersions())('code of users in PostgreSQL %i', (version) => {
  let server: TestPostgres
  let sallyport: TestSallyport
  const open: Client[] = []

  const noted = async (): Promise<unknown> => {
    const [row] = await server.query('SELECT (SELECT count(*) FROM notes)::int AS notes, last_value AS last FROM s')
    return row
  }
  const connect = async (user: string): Promise<Client> => {
    const { host, port, token: password } = sallyport
    const client = new Client({ host, port, user, password, database: user === 'extended' ? user : 'postgres' })
    client.on('error', () => undefined)
    await client.connect()
    open.push(client)
    return client
  }
  /** The rule that refuses, the server's own SQLSTATE, or `passed`. */
  const verdict = async (client: Client, query: string | QueryConfig): Promise<string> => {
    try {
      await client.query(query)
      return 'passed'
    } catch (error) {
      const { detail, code } = error as { readonly detail?: string; readonly code?: string }
      return detail?.includes('rule') === true ? 'refused' : (code ?? String(error))
    }
  }

  beforeAll(async () => {
    server = await startPostgres({ version })
    await server.query(SCHEMA)
    await server.query('CREATE DATABASE extended')
    await server.query('CREATE ROLE installer LOGIN')
    await server.query('GRANT CREATE ON DATABASE extended TO installer')
    const behind: Omit<TestConnection, 'name'> = {
      target: { host: server.host, port: server.port, database: 'postgres' },
      user: server.user,
      password: server.password,
    }
    sallyport = await startSallyport({
      connections: [
        { ...behind, name: 'reader', guardrails: ['read-only'] },
        { ...behind, name: 'vouched', guardrails: ['read-only'], functions: { allow: ['lower', 'public.fine'] } },
        { ...behind, name: 'extended', target: { ...behind.target, database: 'extended' }, guardrails: ['read-only'] },
        { ...behind, name: 'definer', guardrails: ['definer'] },
        {
          ...behind,
          name: 'masked',
          guardrails: ['anything'],
          columns: [{ match: '*.secrets.ssn', strategy: 'redact' }],
        },
      ],
      guardrails: { ...ANYTHING, definer: [{ id: 'shown', deny: { effects: ['unknown'] } }] },
      agent: { limits: { catalog_ttl: '1s' } },
    })
  })

  test('extensions that only compute share their names, and reads stay reads', async () => {
    const direct = new Client({ ...server, database: 'extended' })
    await direct.connect()
    try {
      await direct.query('GRANT CREATE ON SCHEMA public TO installer')
      const { rows } = await direct.query<{ name: string }>('SELECT name FROM pg_available_extensions')
      const available = rows.map(({ name }) => name).filter((name) => HARMLESS_EXTENSIONS.includes(name))
      expect(available.length).toBeGreaterThan(10)
      for (const name of available) await direct.query(`CREATE EXTENSION IF NOT EXISTS "${name}" CASCADE`)
      await direct.query("CREATE TABLE x AS SELECT 'Ada'::citext AS c, 'a=>1'::hstore AS h, 'top.a'::ltree AS l")
      const reader = await connect('extended')
      for (const sql of EXTENDED) expect([sql, await verdict(reader, sql)]).toEqual([sql, 'passed'])
      await reader.end()

      // Whoever installs a trusted extension owns it.
      await direct.query(`DROP EXTENSION citext CASCADE; SET ROLE installer; CREATE EXTENSION citext;
        CREATE TABLE written (a int);
        CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$INSERT INTO written VALUES (1) RETURNING ''$$;
        ALTER EXTENSION citext ADD FUNCTION lower(varchar)`)
      await direct.query("SELECT lower('x'::varchar)")
      const later = await connect('extended')
      await until(async () => (await verdict(later, "SELECT lower('x'::varchar)")) === 'refused', {
        what: 'the session to be told',
        timeoutMs: 10_000,
        intervalMs: 50,
      })
      expect(await verdict(later, "SELECT replace('Ada'::citext, 'a', 'b')")).toBe('passed')
      await later.end()
    } finally {
      await direct.end()
    }
  })

  afterAll(async () => {
    for (const client of open) await client.end().catch(() => undefined)
    await sallyport?.stop()
    await server?.stop()
  })

  test.each(WRITES)('%s writes, and is refused in every protocol', async (sql) => {
    const before = await noted()
    await server.query(sql)
    const after = await noted()
    expect(after).not.toEqual(before)

    const client = await connect('reader')
    expect(await verdict(client, sql)).toBe('refused')
    expect(await verdict(client, { text: sql, values: [] })).toBe('refused')
    expect(await verdict(client, { name: 'named', text: sql })).toBe('refused')
    expect(await verdict(client, `PREPARE p AS ${sql}`)).toBe('refused')
    expect(await verdict(client, `DECLARE c CURSOR WITH HOLD FOR ${sql}`)).toBe('refused')
    expect(await verdict(client, `COPY (${sql}) TO STDOUT`)).toBe('refused')
    expect(await verdict(client, `EXPLAIN ANALYZE ${sql}`)).toBe('refused')
    expect(await noted()).toEqual(after)
    await client.end()
  })

  test.each(READS)('%s stays a read', async (sql) => {
    const client = await connect('reader')
    expect(await verdict(client, sql)).toBe('passed')
    expect(await verdict(client, { name: 'named', text: sql })).toBe('passed')
    await client.end()
  })

  test('what policy vouches for passes, and nothing else', async () => {
    const client = await connect('vouched')
    expect(await verdict(client, "SELECT lower('x'::varchar)")).toBe('passed')
    expect(await verdict(client, 'SELECT 1::watched')).toBe('passed')
    expect(await verdict(client, 'SELECT ascii(mood) FROM people')).toBe('refused')
    await client.end()
  })

  test('a search_path of the role that finds users first changes nothing', async () => {
    await server.query('ALTER ROLE CURRENT_USER SET search_path = public, pg_catalog')
    try {
      const before = await noted()
      const client = await connect('reader')
      expect(await verdict(client, 'SELECT sqrt(4::float8)')).toBe('refused')
      expect(await verdict(client, 'SELECT pg_catalog.sqrt(4::float8)')).toBe('passed')
      expect(await noted()).toEqual(before)
      await client.end()
    } finally {
      await server.query('ALTER ROLE CURRENT_USER RESET search_path')
    }
  })

  test('what others define reaches a session that runs, and what it has prepared', async () => {
    const client = await connect('reader')
    const prepared = { name: 'prepared', text: "SELECT initcap('x'::varchar)" }
    expect(await verdict(client, prepared)).toBe('passed')
    await client.query("PREPARE in_sql AS SELECT initcap('x'::varchar)")
    expect(await verdict(client, 'EXECUTE in_sql')).toBe('passed')
    await server.query('CREATE FUNCTION initcap(varchar) RETURNS text LANGUAGE sql AS $$SELECT note()$$')
    await until(async () => (await verdict(client, "SELECT initcap('y')")) === 'refused', {
      what: 'the session to be told',
      timeoutMs: 10_000,
      intervalMs: 50,
    })
    expect(await verdict(client, prepared)).toBe('refused')
    expect(await verdict(client, 'EXECUTE in_sql')).toBe('refused')
    await server.query('DROP FUNCTION initcap(varchar)')
    await until(async () => (await verdict(client, prepared)) === 'passed', {
      what: 'the session to be told',
      timeoutMs: 10_000,
      intervalMs: 50,
    })
    await client.end()
  })

  test('what the session itself defines counts at once, before it is committed', async () => {
    const client = await connect('definer')
    expect(await verdict(client, "SELECT btrim('x'::varchar)")).toBe('passed')
    await client.query('BEGIN')
    await client.query('CREATE FUNCTION btrim(varchar) RETURNS text LANGUAGE sql AS $$SELECT note()$$')
    expect(await verdict(client, "SELECT btrim('x'::varchar)")).toBe('refused')
    await client.query('ROLLBACK')
    const both = `CREATE FUNCTION rtrim(varchar) RETURNS text LANGUAGE sql AS $$SELECT note()$$; SELECT rtrim('x'::varchar)`
    expect(await verdict(client, both)).toBe('refused')
    await client.end()
  })

  test('a parameter that is declared of a watched type is refused', async () => {
    const [row] = await server.query<{ oid: number }>("SELECT 'watched'::regtype::oid::int AS oid")
    const { port, token: password } = sallyport
    for (const [oid, refused] of [
      [row?.oid ?? 0, true],
      [23, false],
    ] as const) {
      const wire = await openWire({ port, user: 'reader', database: 'postgres', password })
      wire.send(
        { type: 'Parse', name: '', query: 'SELECT $1', parameterTypes: [oid] },
        {
          type: 'Bind',
          portal: '',
          statement: '',
          parameterFormats: [],
          parameters: [Buffer.from('1')],
          resultFormats: [],
        },
        { type: 'Execute', portal: '', maxRows: 0 },
        { type: 'Sync' },
      )
      const types = (await wire.until('ReadyForQuery')).map(({ type }) => type)
      expect([oid, types.includes('ErrorResponse')]).toEqual([oid, refused])
      wire.destroy()
    }
  })

  test('what such code returns is masked like that of any unknown function', async () => {
    const client = await connect('masked')
    const { rows } = await client.query<{ shown: string | null }>('SELECT ceil(1) AS shown')
    expect(JSON.stringify(rows)).not.toContain('6789')
    await client.end()
  })
})
