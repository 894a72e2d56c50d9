import { describe, expect, test } from 'vitest'
import { effects, isRefused, statements } from './testdata/analyse.ts'

/** Texts that a read-only connection must refuse, by what they try; one text a line. */
const REFUSED_TEXTS: Readonly<Record<string, string>> = {
  'leaving the transaction': `
    COMMIT; DROP SCHEMA public CASCADE
    SELECT 1; COMMIT; DROP SCHEMA public CASCADE
    ROLLBACK; DROP TABLE victim
    END; CREATE TABLE pwned()
    PREPARE TRANSACTION 'x'
    BEGIN READ WRITE
    START TRANSACTION READ WRITE
    SET TRANSACTION READ WRITE
    SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
    SET transaction_read_only = off
    SET default_transaction_read_only = off
    SELECT set_config('transaction_read_only','off',false)
    SHOW timezone; DROP TABLE victim
    begin read only; commit; create table x()
    set statement_timeout=0
    select set_config('statement_timeout','0',false)
    SELECT set_config('statement_' || 'timeout', '0', false)
    SELECT 1 FROM (SELECT set_config('statement_timeout','0',false)) x`,
  'writing under the name of reading': `
    WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d
    WITH u AS (UPDATE t SET x=1 RETURNING *) SELECT * FROM u
    WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a
    WITH a AS (MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING 1) SELECT * FROM a
    WITH m10x AS (SELECT 1) DELETE FROM t
    WITH a AS (WITH b AS (DELETE FROM t RETURNING *) SELECT * FROM b) SELECT * FROM a
    SELECT * FROM t FOR UPDATE
    SELECT * FROM t FOR SHARE
    SELECT * FROM t FOR NO KEY UPDATE
    SELECT * FROM t FOR KEY SHARE
    SELECT * FROM (SELECT * FROM t FOR UPDATE) x
    SELECT * INTO newt FROM t
    SELECT * INTO TEMP newt FROM t
    WITH c AS (SELECT 1) SELECT * INTO newt FROM c
    CREATE TABLE x AS SELECT 1
    CREATE TEMP TABLE t AS SELECT ssn z FROM people
    CREATE MATERIALIZED VIEW v AS SELECT 1
    CREATE VIEW pg_temp.v AS SELECT 1
    MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE
    TABLE t FOR UPDATE
    VALUES (nextval('s'))
    EXPLAIN ANALYZE DELETE FROM t
    EXPLAIN (ANALYZE, BUFFERS) UPDATE t SET x=1
    EXPLAIN (ANALYZE true) INSERT INTO t VALUES (1)
    EXPLAIN ANALYZE SELECT * INTO n FROM t
    EXPLAIN SELECT 1 INTO TEMP n UNION SELECT 2
    EXPLAIN CREATE TEMP TABLE n AS SELECT 1
    EXPLAIN ANALYZE CREATE TABLE n AS SELECT 1
    EXPLAIN ANALYZE EXECUTE p
    EXPLAIN ANALYZE WITH d AS (DELETE FROM t RETURNING 1) SELECT 1
    EXPLAIN SELECT 1; DROP TABLE users
    EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1 FROM t FOR UPDATE
    COPY t TO '/tmp/x'
    COPY t TO PROGRAM 'id'
    COPY t FROM PROGRAM 'id'
    COPY t FROM STDIN
    COPY (DELETE FROM t RETURNING *) TO STDOUT
    DO $$ BEGIN DELETE FROM t; END $$
    DO 'BEGIN DELETE FROM t; END'
    CALL p()
    EXECUTE p
    PREPARE p AS DELETE FROM t
    DECLARE c CURSOR WITH HOLD FOR SELECT f()
    NOTIFY x
    LOCK TABLE t
    VACUUM
    ANALYZE t
    REINDEX TABLE t
    CLUSTER t
    REFRESH MATERIALIZED VIEW v
    COMMENT ON TABLE t IS ''
    SECURITY LABEL ON TABLE t IS 'x'
    IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b
    LOAD 'x'
    CHECKPOINT
    SET ROLE x
    SET SESSION AUTHORIZATION x
    SET row_security = off
    SET session_replication_role = replica
    SELECT set_config('row_security','off',false)
    SELECT set_config('search_path','pg_temp',false)
    SELECT pg_catalog.set_config('role','postgres',false)
    update people set name=ssn where id=1
    insert into people select 1 on conflict (id) do update set name = 'x' returning ssn
    insert into c1 select ssn from people
    create function pg_temp.leak() returns text language sql as 'select ssn from people'
    create trigger g after insert on t execute function f()
    create rule r as on select to t do instead select 1
    alter role current_user set statement_timeout = 0
    alter database d set default_transaction_read_only = off
    UPDATE pg_settings SET setting = 'off' WHERE name = 'default_transaction_read_only'
    ALTER SYSTEM SET fsync = off
    TRUNCATE victim, t CASCADE
    GRANT SELECT (ssn) ON customers TO PUBLIC
    DROP OWNED BY x`,
  'calling what has effects': `
    SELECT pg_terminate_backend(1)
    SELECT pg_cancel_backend(1)
    SELECT pg_reload_conf()
    SELECT pg_rotate_logfile()
    SELECT pg_promote()
    SELECT pg_read_file('/etc/passwd')
    SELECT * FROM pg_read_file('/etc/passwd')
    SELECT * FROM pg_ls_dir('.')
    SELECT pg_stat_file('x')
    SELECT pg_read_binary_file('x')
    SELECT pg_ls_logdir()
    SELECT pg_current_logfile()
    SELECT lo_import('/etc/passwd')
    SELECT lo_export(1,'/tmp/x')
    SELECT lo_put(1,0,'x')
    SELECT lo_unlink(1)
    SELECT lo_from_bytea(0,'x')
    SELECT dblink('dbname=x','SELECT 1')
    SELECT dblink_exec('x','DELETE FROM t')
    SELECT dblink_connect('host=169.254.169.254')
    SELECT setval('s',1)
    SELECT nextval('s')
    SELECT pg_notify('c','p')
    SELECT pg_logical_emit_message(false,'a','b')
    SELECT pg_create_logical_replication_slot('s','pgoutput')
    SELECT pg_create_restore_point('x')
    SELECT pg_switch_wal()
    SELECT pg_stat_reset()
    SELECT pg_stat_statements_reset()
    SELECT pg_import_system_collations(11)
    SELECT gin_clean_pending_list('idx')
    SELECT pg_backup_start('x')
    SELECT brin_summarize_new_values('idx')
    SELECT query_to_xml('DELETE FROM t',true,false,'')
    SELECT query_to_xmlschema('SELECT 1',true,false,'')
    SELECT query_to_xml_and_xmlschema('SELECT 1',true,false,'')
    SELECT table_to_xml('t',true,false,'')
    SELECT schema_to_xml('public',true,false,'')
    SELECT database_to_xml(true,false,'')
    SELECT cursor_to_xml('c',1,true,false,'')
    SELECT * FROM ts_stat('select to_tsvector(ssn) from people')
    SELECT ts_rewrite('a'::tsquery, 'select t, s from q')
    SELECT * FROM crosstab('delete from t') AS c(a int)
    SELECT cron.schedule('n','0 0 * * *','DROP TABLE users')
    SELECT CRON.SCHEDULE('a','b','c')
    SELECT drop_chunks('t', older_than => now())
    SELECT AddGeometryColumn('a','b',1,'c',2)
    SELECT partman.run_maintenance()
    SELECT pglogical.create_subscription('s','host=evil')
    SELECT user_defined_volatile_function()
    SELECT 1 OPERATOR(public.===) 2
    SELECT 1 operator(pg_temp.@@@) 2
    SELECT f_ssn(1)
    SELECT pg_temp.leak()
    SELECT 1::pg_temp.evil
    SELECT pg_logical_slot_get_changes('s', null, null)`,
  'hiding from a scanner': `
    SELECT E'\\'', pg_terminate_backend(1)
    SELECT $$q'$$, pg_terminate_backend(1)
    SELECT $a$ $$ $a$, pg_reload_conf()
    SELECT 1 AS "o'clock", pg_terminate_backend(1)
    SELECT "pg_terminate_backend"(1)
    SELECT"pg_terminate_backend"(1)
    SELECT pg_catalog . pg_terminate_backend (1)
    SELECT U&"pg\\005fterminate_backend"(1)
    /* /* */ */ DROP TABLE t
    /* nested /* comment */ still */ DROP TABLE t
    SELECT 'a\\'; DROP TABLE t; -- '
    SELECT s\u2060etval('s',1)
    SELECT \u3164setval('s',1)
    SELECT s\u0435tval('s',1)
    SELECT\u00a0setval('s',1)
    SELECT 'a\\'; DROP TABLE victim; --'
    SELECT 1 AS t$$; DROP TABLE victim; --$$
    SELECT 1 -- x\r; DROP TABLE victim`,
}

/** Texts that a read-only connection must run; each was refused by some product. */
const ALLOWED_TEXTS = `
  SELECT 1;
  SELECT;
  SELECT 'INSERT INTO x', 'DROP TABLE y'
  SELECT 1 FROM t WHERE q LIKE '%dblink(%'
  SELECT comment, reset_date, load_file, "update", "order" FROM t
  SELECT 1 UNION SELECT 2
  SELECT 1 FROM t WHERE a=1 OR 1=1
  SELECT 'x' -- comment
  /* INTO OUTFILE */ SELECT 1
  SELECT REPLACE('a','b','c')
  EXPLAIN SELECT 1
  EXPLAIN (ANALYZE, BUFFERS) SELECT 1
  EXPLAIN (FORMAT JSON) SELECT 1
  SHOW server_version
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t
  SELECT rank() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
  SELECT * FROM t, LATERAL (SELECT 1) x
  SELECT a, b FROM t GROUP BY GROUPING SETS ((a), (b), ())
  WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM r WHERE n < 10) SELECT * FROM r
  SELECT * FROM t TABLESAMPLE system (1)
  SELECT now(), random(), pg_size_pretty(1), gen_random_uuid(), version(), current_setting('TimeZone')
  SELECT * FROM generate_series(1,3)
  VALUES (1),(2)
  TABLE t
  SELECT 1; -- done
  SELECT E'a\\'; DROP TABLE victim; --'
  SELECT $$'; DROP TABLE victim; --$$
  SELECT 1 AS "a""b; DROP TABLE victim"
  SELECT 1 /*! , (SELECT max(ssn) FROM customers) */
  SELECT j->>'ssn', j #>> '{ssn}', j ? 'ssn', j @? '$.ssn' FROM jd
  COPY (SELECT 1) TO STDOUT
  COPY t TO STDOUT
  DECLARE c CURSOR FOR SELECT 1
  CLOSE c
  BEGIN
  COMMIT
  SELECT $1::int + 1
  SELECT a::text[], b::numeric(10, 2), c AT TIME ZONE 'UTC' FROM t
  SELECT extract(epoch FROM now()), current_date, localtime, overlay('a' placing 'b' from 1), position('a' in 'b'), trim(both 'x' from y) FROM t
  SELECT ARRAY(SELECT 1), ROW(1, 2), (SELECT 1), NOT EXISTS (SELECT 1), 1 = ANY (ARRAY[1]), 'a' ~ 'b', a IS DISTINCT FROM b FROM t
  SELECT json_build_object('a', 1), jsonb_agg(x), string_agg(y, ','), xmlelement(name a, 'b') FROM t
  SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_table_is_visible(c.oid)`

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/^ +/, ''))
    .filter((line) => line !== '')

describe.each(Object.entries(REFUSED_TEXTS))('a read-only connection refuses %s', (_family, text) => {
  test.each(lines(text))('%s', (sql) => {
    expect(isRefused(sql)).toBe(true)
  })
})

describe('a read-only connection runs', () => {
  test.each(lines(ALLOWED_TEXTS))('%s', (sql) => {
    expect(isRefused(sql)).toBe(false)
  })
})

describe('the server and the guard read a text alike', () => {
  test('a comment ends where the server says', () => {
    expect(effects('SELECT 1 /* /* */ */ , (SELECT max(ssn) FROM customers)')).toBe('read')
    expect(statements('SELECT 1 -- x\r, (SELECT max(ssn) FROM customers)')[0]?.relations).toHaveLength(1)
    expect(statements('SELECT 1--1, (SELECT max(ssn) FROM customers)')[0]?.relations).toEqual([])
    expect(statements('SELECT 1 -- x\u2028, (SELECT max(ssn) FROM customers)')[0]?.relations).toEqual([])
  })

  test('strings continue over a newline', () => {
    expect(statements("SELECT 'a'\n'b', ssn FROM customers")[0]?.relations).toEqual([
      { schema: undefined, name: 'customers', access: 'read', columns: ['ssn'] },
    ])
  })
})
