import type { TestPostgres } from '../support/index.ts'

/** What the attacks aim at. The session that runs them belongs to a superuser: nothing but Sallyport is in their way. */
export const SCHEMA = `
  CREATE TABLE victim (id int PRIMARY KEY);
  INSERT INTO victim VALUES (1), (2), (3);
  CREATE TABLE t (id int PRIMARY KEY, x int);
  INSERT INTO t SELECT i, i FROM generate_series(1, 5) i;
  CREATE TABLE users (id int PRIMARY KEY, name text);
  INSERT INTO users VALUES (1, 'ada'), (2, 'grace');
  CREATE TABLE people (id int PRIMARY KEY, name text, ssn text, words tsvector);
  INSERT INTO people VALUES (1, 'Ada', '123-45-6789', 'ada');
  CREATE INDEX gin_idx ON people USING gin (words);
  CREATE INDEX brin_idx ON people USING brin (id);
  CREATE TABLE notes (text text);
  CREATE SEQUENCE s;
  CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM notes;
  CREATE ROLE reader;
  CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS $$INSERT INTO notes VALUES ('touched'); SELECT 1$$;
  CREATE FUNCTION touch(int, int) RETURNS boolean LANGUAGE sql AS $$INSERT INTO notes VALUES ('touched'); SELECT true$$;
  CREATE FUNCTION cbrt(int) RETURNS int LANGUAGE sql AS $$INSERT INTO notes VALUES ('touched'); SELECT 1$$;
  CREATE FUNCTION shown(people) RETURNS int LANGUAGE sql AS $$SELECT touch()$$;
  CREATE VIEW sneaky AS SELECT touch();
  CREATE DOMAIN watched AS int CHECK (touch() = VALUE);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO notes VALUES ('noted'); RETURN NULL; END$$;
  CREATE FUNCTION step(int, int) RETURNS int LANGUAGE sql AS $$INSERT INTO notes VALUES ('touched'); SELECT 1$$;
  CREATE AGGREGATE agg(int) (sfunc = step, stype = int, initcond = '0');
  CREATE OPERATOR === (leftarg = int, rightarg = int, function = touch);
  CREATE PROCEDURE p() LANGUAGE sql AS $$DELETE FROM victim$$;
  SELECT lo_create(424242);
  SELECT nextval('s')`

/** Everything of the database that an attack might change, in one row; equal before and after when it changed nothing. */
export async function checksum(server: TestPostgres): Promise<Record<string, unknown>> {
  const [row] = await server.query(CHECKSUM)
  return row ?? {}
}

const TABLES = ['victim', 't', 'users', 'people', 'notes', 'm']
/** Catalogues: every change of a row makes a new version of it. */
const CATALOGUES =
  `pg_class pg_attribute pg_attrdef pg_constraint pg_index pg_inherits pg_proc pg_aggregate pg_type pg_enum pg_operator pg_cast pg_namespace
  pg_authid pg_auth_members pg_database pg_db_role_setting pg_default_acl pg_description pg_shdescription pg_seclabel pg_trigger pg_event_trigger
  pg_rewrite pg_policy pg_extension pg_foreign_data_wrapper pg_foreign_server pg_user_mapping pg_publication pg_subscription pg_statistic
  pg_statistic_ext pg_largeobject_metadata pg_largeobject pg_collation pg_conversion pg_language pg_tablespace pg_ts_config pg_replication_origin`.split(
    /\s+/,
  )
/** What is no table. */
const OTHERS: Readonly<Record<string, string>> = {
  pg_replication_slots: 'slot_name',
  pg_prepared_xacts: 'gid',
  pg_file_settings: "name || coalesce(setting, '')",
}

const CHECKSUM = `SELECT ${[
  ...TABLES.map(
    (name) => `(SELECT md5(coalesce(string_agg(x::text, E'\\n' ORDER BY x::text), '')) FROM ${name} x) AS "${name}"`,
  ),
  ...CATALOGUES.map(
    (name) =>
      `(SELECT md5(coalesce(string_agg(ctid::text || xmin::text, ',' ORDER BY ctid), '')) FROM ${name}) AS "${name}"`,
  ),
  ...Object.entries(OTHERS).map(
    ([name, what]) => `(SELECT coalesce(string_agg(${what}, ',' ORDER BY ${what}), '') FROM ${name}) AS "${name}"`,
  ),
  "(SELECT last_value || ' ' || is_called FROM s) AS sequence",
  "(SELECT count(*) FROM pg_ls_dir('.') f WHERE f IN ('backup_label', 'standby.signal', 'promote'))::int AS files",
  "(SELECT system_identifier || ' ' || timeline_id FROM pg_control_system(), pg_control_checkpoint()) AS cluster",
].join(',\n  ')}`
