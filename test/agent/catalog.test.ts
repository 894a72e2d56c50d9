import {
  type Catalog,
  type CatalogOptions,
  type CatalogRelation,
  DEFAULT_CATALOG_BOUNDS,
  openCatalog,
  openDatabase,
  Password,
} from '@sallyport/agent'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/index.ts'

const never = new AbortController().signal

describe.each(postgresVersions())('the catalogue of PostgreSQL %i', (version) => {
  let server: TestPostgres
  let nowMs = 0
  let loads = 0
  let catalog: Catalog

  function open(change: Partial<CatalogOptions> = {}): Catalog {
    return openCatalog({
      connect: (signal) => {
        loads++
        const { port } = server
        const target = {
          host: '127.0.0.1',
          port,
          database: 'postgres',
          tls: 'disable',
          ca: undefined,
          own: undefined,
        } as const
        const lease = { user: 'reader', password: new Password('reader password') }
        return openDatabase(
          { target, lease, settings: new Map([['search_path', 'pg_catalog']]), timeoutMs: 5000 },
          signal,
        )
      },
      ttlMs: 60_000,
      minRefreshMs: 1000,
      timeoutMs: 10_000,
      bounds: DEFAULT_CATALOG_BOUNDS,
      clock: { monotonicMs: () => nowMs },
      ...change,
    })
  }

  beforeAll(async () => {
    server = await startPostgres({ version, users: [{ name: 'reader', password: 'reader password' }] })
    await server.query(SCHEMA)
    // Names of the role's own must not stand before the server's.
    await server.query(`ALTER ROLE reader SET search_path = shop, pg_catalog`)
  })
  afterAll(() => server?.stop())
  beforeEach(() => {
    loads = 0
    catalog = open()
  })

  async function relation(name: string): Promise<CatalogRelation> {
    const snapshot = await catalog.current(never)
    const found = snapshot.resolve({ schema: 'shop', name }, [])
    if (found === undefined) throw new Error(`no relation ${name}`)
    return found
  }

  async function names(oids: readonly number[]): Promise<string[]> {
    const snapshot = await catalog.current(never)
    return oids.map((oid) => snapshot.relation(oid)?.name ?? 'unknown').sort()
  }

  it('tells a column by the OID and the number that RowDescription gives, dropped ones left out', async () => {
    const client = await server.connect()
    const { fields } = await client.query('SELECT email, ssn FROM shop.customers LIMIT 0')
    await client.end()
    const snapshot = await catalog.current(never)
    const origins = fields.map(({ tableID, columnID }) => {
      const table = snapshot.relation(tableID)
      return `${table?.schema}.${table?.name}.${table?.columns.get(columnID)?.name}`
    })
    expect(origins).toEqual(['shop.customers.email', 'shop.customers.ssn'])
    expect([...(await relation('customers')).columns.keys()]).toEqual([1, 3, 4])
  })

  it('tells kinds, parents and what views read', async () => {
    const kinds = await Promise.all(
      ['customers', 'orders', 'orders_1', 'vips', 'v_customers', 'm_customers', 'customers_id_seq', 'address'].map(
        async (name) => [name, (await catalog.current(never)).resolve({ schema: 'shop', name }, [])?.kind],
      ),
    )
    expect(kinds).toEqual([
      ['customers', 'table'],
      ['orders', 'partitioned-table'],
      ['orders_1', 'table'],
      ['vips', 'table'],
      ['v_customers', 'view'],
      ['m_customers', 'materialized-view'],
      ['customers_id_seq', 'sequence'],
      ['address', undefined],
    ])
    expect(await names((await relation('orders_1')).parents)).toEqual(['orders'])
    expect(await names((await relation('vips')).parents)).toEqual(['customers'])
    expect(await names((await relation('v_customers')).reads)).toEqual(['customers', 'vips'])
    expect(await names((await relation('m_customers')).reads)).toEqual(['v_customers'])
    expect(await names((await relation('v_statistics')).reads)).toEqual(['pg_stats'])
    expect(await names((await relation('customers')).reads)).toEqual([])
  })

  it('tells which functions of the database a view calls, by name and through operators', async () => {
    expect((await relation('v_function')).functions).toEqual(['shop.leak'])
    expect((await relation('v_operator')).functions).toEqual(['shop.concat'])
    expect((await relation('v_customers')).functions).toEqual([])
  })

  it('tells what types are made of', async () => {
    const snapshot = await catalog.current(never)
    const type = (column: string, of: CatalogRelation): string => {
      const found = snapshot.type([...of.columns.values()].find(({ name }) => name === column)?.type ?? 0)
      if (found === undefined) return 'unknown'
      const parts = [found.baseType, found.element, found.subtype]
        .map((oid) => snapshot.type(oid)?.name)
        .filter(Boolean)
      const relationName = snapshot.relation(found.relation)?.name
      return [found.kind, ...parts, relationName, ...found.labels].filter(Boolean).join(' ')
    }
    const types = await relation('types')
    expect(Object.fromEntries([...types.columns.values()].map(({ name }) => [name, type(name, types)]))).toEqual({
      d: 'domain text',
      e: 'enum small large',
      a: 'base text',
      r: 'range int4',
      m: 'multirange int4',
      c: 'composite address',
      p: 'base',
      n: 'base',
    })
  })

  it('resolves names along the path, the server’s own first', async () => {
    const snapshot = await catalog.current(never)
    const resolve = (name: string, ...path: string[]): string | undefined =>
      snapshot.resolve({ schema: undefined, name }, path)?.schema
    expect(resolve('customers', 'public', 'shop')).toBe('shop')
    expect(resolve('customers', 'public')).toBeUndefined()
    expect(resolve('pg_class', 'shop')).toBe('pg_catalog')
    expect(resolve('pg_class', 'shop', 'pg_catalog')).toBe('shop')
  })

  it('does not say what a name means that some session uses for a temporary table', async () => {
    const client = await server.connect()
    await client.query('CREATE TEMP TABLE customers (x text)')
    const snapshot = await catalog.current(never)
    expect(snapshot.resolve({ schema: undefined, name: 'customers' }, ['shop'])).toBeUndefined()
    expect(snapshot.resolve({ schema: 'shop', name: 'customers' }, [])?.temporary).toBe(false)
    await client.end()
  })

  it('is loaded once for all who ask, and again when it is too old', async () => {
    const [first, second] = await Promise.all([catalog.current(never), catalog.current(never)])
    expect(first).toBe(second)
    nowMs += 59_999
    expect(await catalog.current(never)).toBe(first)
    nowMs += 1
    const [third, fourth] = await Promise.all([catalog.current(never), catalog.current(never)])
    expect(third.version).toBeGreaterThan(first.version)
    expect(fourth).toBe(third)
    expect(loads).toBe(2)
  })

  it('has what is new after a refresh, but not more often than it may', async () => {
    const before = await catalog.current(never)
    await server.query('CREATE TABLE shop.fresh (x int)')
    expect((await catalog.refresh(before.version, never)).version).toBe(before.version)
    nowMs += 1000
    const after = await catalog.refresh(before.version, never)
    expect(after.resolve({ schema: 'shop', name: 'fresh' }, [])?.kind).toBe('table')
    expect(await catalog.refresh(before.version, never)).toBe(after)
    await server.query('DROP TABLE shop.fresh')
    catalog.invalidate()
    expect((await catalog.current(never)).resolve({ schema: 'shop', name: 'fresh' }, [])).toBeUndefined()
    expect(loads).toBe(3)
  })

  it('is read anew by whoever asks after a change, even while an older load is under way', async () => {
    const loading = catalog.current(never)
    await server.query('CREATE TABLE shop.later (x int)')
    catalog.invalidate()
    const later = await catalog.current(never)
    expect(later.resolve({ schema: 'shop', name: 'later' }, [])?.kind).toBe('table')
    expect((await loading).version).toBeLessThan(later.version)
    await server.query('DROP TABLE shop.later')
  })

  it('fails whole beyond its bounds, and the next one is tried afresh', async () => {
    const bounded = open({ bounds: { maxRows: 10, maxBytes: 1_000_000 } })
    await expect(bounded.current(never)).rejects.toMatchObject({ code: 'catalog-too-large', sqlState: '54000' })
    await expect(bounded.current(never)).rejects.toMatchObject({ code: 'catalog-too-large' })
    expect(loads).toBe(2)
  })

  it('lets go of who waits no more', async () => {
    const controller = new AbortController()
    const waiting = catalog.current(controller.signal)
    controller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect((await catalog.current(never)).version).toBe(1)
  })
})

const SCHEMA = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.customers (id serial, dropped text, email text, ssn varchar(11));
  ALTER TABLE shop.customers DROP COLUMN dropped;
  CREATE TABLE shop.vips (since date) INHERITS (shop.customers);
  CREATE TABLE shop.orders (id int, month int) PARTITION BY LIST (month);
  CREATE TABLE shop.orders_1 PARTITION OF shop.orders FOR VALUES IN (1);
  CREATE TABLE shop.pg_class (x int);
  CREATE VIEW shop.v_customers AS SELECT c.email FROM shop.customers c JOIN shop.vips v USING (id);
  CREATE MATERIALIZED VIEW shop.m_customers AS SELECT * FROM shop.v_customers;
  CREATE VIEW shop.v_statistics AS SELECT most_common_vals::text FROM pg_stats;
  CREATE FUNCTION shop.leak() RETURNS text LANGUAGE sql AS 'SELECT max(ssn) FROM shop.customers';
  CREATE VIEW shop.v_function AS SELECT shop.leak() AS x;
  CREATE FUNCTION shop.concat(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
  CREATE OPERATOR shop.@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = shop.concat);
  CREATE VIEW shop.v_operator AS SELECT 'a'::text OPERATOR(shop.@@@) 'b'::text AS x;
  CREATE TYPE shop.size AS ENUM ('small', 'large');
  CREATE TYPE shop.address AS (street text);
  CREATE DOMAIN shop.mail AS text;
  CREATE TABLE shop.types (d shop.mail, e shop.size, a text[], r int4range, m int4multirange, c shop.address, p point, n name);
`
