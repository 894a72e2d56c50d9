import { DEFAULT_POSTGRES_SETTINGS, NO_USER_CODE, type PostgresAnalyser, type PostgresSettings } from '@sallyport/sql'
import { ordinarySchema } from '../../bypass/ordinary.ts'
import { SCHEMA } from '../../bypass/postgres-database.ts'
import { startPostgres, type TestPostgres } from '../../support/index.ts'

/** A server with the tables of all cases in the database `postgres`. */
export async function startScratch(version: 15 | 18): Promise<TestPostgres> {
  const server = await startPostgres({
    version,
    settings: { autovacuum: 'off', fsync: 'off', max_prepared_transactions: '2' },
  })
  await server.query(SCHEMA)
  for (const statement of ordinarySchema('postgres')) await server.query(statement)
  await server.query(`
    CREATE TABLE customers (id serial PRIMARY KEY, name text, email text);
    CREATE TABLE orders (id serial PRIMARY KEY, customer_id int, total numeric, placed timestamptz);
    INSERT INTO customers (name, email) VALUES ('a', 'a@example.com'), ('b', 'b@example.com');
    INSERT INTO orders (customer_id, total, placed) VALUES (1, 10, now()), (2, 20, now());
    CREATE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM orders'`)
  return server
}

/** What texts to that server are read by: some of its functions have names of the server's own. */
export function scratchSettings(analyser: PostgresAnalyser): PostgresSettings {
  return { ...DEFAULT_POSTGRES_SETTINGS, userCode: analyser.withDefinitions(NO_USER_CODE, SCHEMA) }
}
