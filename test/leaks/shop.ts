import { createHash } from 'node:crypto'

/** The value that must not leave, and everything that gives it away. */
export const SSN = '481-73-9265'
export const SALARY = '91827364.50'

/** A database with protected columns and what stands around them: views, functions, partitions, statistics. */
export const SCHEMA = `
  CREATE TABLE people (id int PRIMARY KEY, name text, email text UNIQUE, ssn text, salary numeric(12,2), meta jsonb);
  INSERT INTO people VALUES (1, 'Ada', 'ada@example.com', '${SSN}', ${SALARY}, '{"note":"x"}');
  INSERT INTO people SELECT 1, 'x', 'x', 'x', 1, '{}' WHERE false;
  CREATE TABLE orders (id int PRIMARY KEY, person int, total int);
  INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20);
  CREATE TABLE sink (z text UNIQUE, CONSTRAINT short CHECK (length(z) < 5));
  CREATE VIEW v_people AS SELECT id, ssn AS code FROM people;
  CREATE VIEW v_orders AS SELECT id, total AS code FROM orders;
  CREATE VIEW v_upper AS SELECT upper(code) AS loud FROM v_people;
  CREATE MATERIALIZED VIEW m_people AS SELECT ssn AS code FROM people;
  CREATE FUNCTION f_ssn(int) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT ssn FROM people WHERE id = $1';
  CREATE FUNCTION f_raise() RETURNS int LANGUAGE plpgsql AS $$ DECLARE s text; BEGIN SELECT ssn INTO s FROM people;
    RAISE EXCEPTION USING MESSAGE = s, DETAIL = s, HINT = s, COLUMN = s, TABLE = s; END $$;
  CREATE VIEW v_function AS SELECT f_ssn(id) AS code FROM orders;
  CREATE TABLE events (id int, ssn text, at date) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  INSERT INTO events VALUES (1, '${SSN}', '2024-05-05');
  CREATE TABLE base (id int, ssn text);
  CREATE TABLE child (more int) INHERITS (base);
  INSERT INTO child VALUES (1, '${SSN}', 1);
  CREATE TABLE ledger (id int, ssn text, loud text GENERATED ALWAYS AS (upper(ssn) || '') STORED, twice int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO ledger VALUES (1, '${SSN}');
  ANALYZE;`

/** Runs statements one after the other in one session. `extended: false` where the protocol allows only the simple one. */
export interface Evasion {
  readonly name: string
  readonly statements: readonly string[]
  readonly extended?: false
}

const one = (name: string, ...statements: readonly string[]): Evasion => ({ name, statements })
const simple = (name: string, ...statements: readonly string[]): Evasion => ({ name, statements, extended: false })

/** The collection of evasions; it only grows. */
export const EVASIONS: readonly Evasion[] = [
  one('alias', 'select ssn as id_no from people'),
  one('star behind an output', "select 'x', * from people", 'select email, * from people'),
  one('qualified stars', 'select a.*, b.* from people a join people b on a.id = b.id'),
  one('join using', 'select * from people a join people b using (id)'),
  one(
    'alias list',
    'select name from people as p(id, a, b, name)',
    'select ssn from people as people(id, a, ssn, name)',
  ),
  one('generated column', 'select loud from ledger', 'select * from ledger', 'copy ledger (id, loud) to stdout'),
  one('unicode identifier', String.raw`select U&"\0073sn" from people`),
  one('case and comments', 'select sSn from PEOPLE', 'select/**/ssn/*x*/from/**/people'),
  ...[
    "ssn || ''",
    'upper(ssn)',
    'substr(ssn, 1)',
    'right(ssn, 11)',
    'reverse(ssn)',
    "format('%s', ssn)",
    "concat(ssn, '')",
    "concat_ws('', ssn)",
    'quote_literal(ssn)',
    "coalesce(ssn, 'x')",
    "nullif(ssn, 'x')",
    "greatest(ssn, '')",
    'case when true then ssn end',
    'ssn::varchar',
    'ssn collate "C"',
    "encode(ssn::bytea, 'hex')",
    "encode(ssn::bytea, 'base64')",
    'md5(ssn)',
    'ssn::bytea',
    'salary::text',
    'salary + 0',
    'array[ssn]',
    'row(ssn, 1)',
    "string_to_array(ssn, 'x')",
    "regexp_matches(ssn, '(.*)')",
    'xmlforest(ssn)',
    'to_tsvector(ssn)',
    'json_build_object(ssn, ssn)',
  ].map((expression) => one(`expression ${expression}`, `select ${expression} from people`)),
  one('whole row', 'select p from people p', 'select p::text from people p', 'select (p).ssn from people p'),
  one('row to json', 'select row_to_json(p) from people p', "select to_jsonb(p)->>'ssn' from people p"),
  one('aggregated rows', 'select json_agg(people) from people', 'select array_agg(p) from people p'),
  one('unpivot', 'select e.value from people p cross join lateral jsonb_each_text(to_jsonb(p)) e'),
  one('populate', 'select (jsonb_populate_record(null::people, to_jsonb(p))).* from people p'),
  one('record', 'select x.* from people p, lateral json_to_record(to_json(p)) as x(ssn text)'),
  one('sql in text', "select query_to_xml('select ssn from people', true, false, '')"),
  one('table to xml', "select table_to_xml('people'::regclass, true, false, '')"),
  one('ts_stat', "select * from ts_stat('select to_tsvector(ssn) from people')"),
  ...[
    "string_agg(ssn, ',')",
    'array_agg(ssn)',
    'max(ssn)',
    'max(salary)',
    'first_value(ssn) over ()',
    'json_object_agg(ssn, 1)',
  ].map((aggregate) => one(`aggregate ${aggregate}`, `select ${aggregate} from people`)),
  one('scalar subquery', 'select (select ssn from people)', 'values ((select ssn from people))'),
  one('derived table', 'select x from (select ssn x from people) t'),
  one(
    'common table expression',
    'with t(a) as (select ssn from people) select a from t',
    'with t(a) as materialized (select ssn from people) select a from t',
  ),
  one(
    'recursive',
    'with recursive t(a, n) as (select ssn, 1 from people union all select a, n + 1 from t where n < 2) select a from t',
  ),
  one('table command', 'table people'),
  one(
    'set operation',
    'select name from people union all select ssn from people',
    'select ssn from people except select name from people',
  ),
  one(
    'view',
    'select code from v_people',
    'select * from v_upper',
    'select * from m_people',
    'select * from v_function',
  ),
  one('function', 'select f_ssn(1)', 'select * from f_ssn(1)'),
  simple(
    'temporary function',
    "create function pg_temp.leak() returns text language sql as 'select ssn from people'",
    'select pg_temp.leak()',
  ),
  simple(
    'dynamic function',
    "create function pg_temp.dyn() returns setof text language plpgsql as $$ begin return query execute 'select s' || 'sn from people'; end $$",
    'select * from pg_temp.dyn()',
  ),
  one(
    'copy into a temporary table',
    'create temp table t as select ssn z from people',
    'select z from t',
    'select upper(z) from t',
    'drop table t',
  ),
  one('select into', 'select ssn z into temp t2 from people', 'select z from t2'),
  one(
    'insert into a temporary table',
    'create temp table t3 (z text)',
    'insert into t3 select ssn from people',
    'select z from t3',
    "select string_agg(z, '') from t3",
  ),
  one(
    'temporary view',
    'create temp view tv as select ssn z from people',
    'select z from tv',
    'select upper(z) from tv',
  ),
  simple(
    'temporary view at once',
    'create temp view tw as select ssn z from people; select z from tw; select upper(z) from tw',
  ),
  one('replaced view', 'begin', 'create or replace view v_orders as select id, total as code from orders', 'rollback'),
  simple(
    'replaced view in a transaction',
    'begin; create temp view tx as select 1 as a, total::text z from orders; create or replace temp view tx as select 1 as a, ssn z from people',
    'select z from tx',
    'select upper(z) from tx',
    'rollback',
  ),
  one('prepare', 'prepare s as select ssn from people', 'execute s'),
  one('prepare an expression', 'prepare s2 as select upper(ssn) from people', 'execute s2'),
  simple('cursor', 'begin', 'declare c cursor for select ssn, upper(ssn) from people', 'fetch all from c', 'commit'),
  one(
    'cursor with hold',
    'declare ch cursor with hold for select ssn, upper(ssn) from people',
    'fetch all from ch',
    'fetch absolute 1 from ch',
    'close ch',
  ),
  simple(
    'copy',
    'copy people(ssn) to stdout',
    'copy people to stdout',
    'copy (select ssn from people) to stdout csv',
    'copy (select upper(ssn) from people) to stdout',
    'copy people(id, salary, ssn) to stdout (format binary)',
    "copy (select id, ssn from people) to stdout (format csv, header, delimiter ';', quote '''', force_quote *)",
  ),
  simple(
    'notice within a copy',
    "create function pg_temp.tell(text) returns text language plpgsql as $$ begin raise notice '%', $1; return 'x'; end $$",
    'copy (select pg_temp.tell(ssn), ssn from people) to stdout',
  ),
  one('copy extended', 'copy people(ssn) to stdout', 'copy (select ssn from people) to stdout'),
  simple('copy among others', 'select 1; copy people(ssn) to stdout'),
  ...[
    'ssn::int',
    "to_date(ssn, 'YYYY')",
    'ssn::inet',
    'ssn::regclass',
    'nextval(ssn)',
    "('{' || ssn || '}')::json",
    'xmlparse(document ssn)',
    "current_setting('x.' || ssn)",
    "set_config(ssn, 'x', false)",
  ].map((cast) => one(`error ${cast}`, `select ${cast} from people`)),
  one('cast in where', 'select 1 from people where cast(ssn as int) = 1'),
  one('check constraint', 'insert into sink select ssn from people'),
  one(
    'duplicate key',
    "insert into people values (2, 'B', 'ada@example.com', 'y', 1)",
    'update people set id = 1, email = ssn where id = 1 and 1 = 0',
  ),
  one(
    'notice',
    "do $$ declare s text; begin select ssn into s from people; raise notice '%', s; raise warning using message = s, detail = s, hint = s; end $$",
  ),
  one(
    'raise',
    'select f_raise()',
    "do $$ declare s text; begin select ssn into s from people; raise exception using message = s, errcode = '12345'; end $$",
  ),
  one(
    'parameter status',
    "do $$ declare s text; begin select ssn into s from people; execute format('set application_name = %L', s); end $$",
    'show application_name',
    "select current_setting('application_name')",
  ),
  one(
    'parameter status by function',
    "select set_config('application_name', ssn, false) from people",
    'show application_name',
    "select current_setting('application_name'), 1",
  ),
  one(
    'notification',
    'listen c',
    "do $$ declare s text; begin select ssn into s from people; perform pg_notify('c', s); end $$",
    "select pg_notify('c', ssn) from people",
  ),
  one(
    'column name',
    "do $$ declare s text; begin select ssn into s from people; execute format('create temp table dyn(%I int)', s); execute format('insert into dyn values (1)'); end $$",
    'select * from dyn',
  ),
  one(
    'setting',
    "select set_config('my.x', ssn, false) from people",
    'show my.x',
    "select current_setting('my.x')",
    "select setting from pg_settings where name = 'application_name'",
  ),
  one(
    'statistics',
    "select histogram_bounds, most_common_vals from pg_stats where tablename = 'people'",
    "select most_common_vals::text from pg_stats where tablename = 'people'",
    'select * from pg_statistic',
    "select attname, stavalues1::text from pg_statistic s join pg_attribute a on a.attrelid = s.starelid and a.attnum = s.staattnum where s.starelid = 'people'::regclass",
  ),
  one('explain', 'explain (analyze, verbose) select * from people', "explain select 1 from people where ssn = '4'"),
  one(
    'set returning',
    "select string_to_table(ssn, ',') from people",
    'select unnest(array[ssn]) from people',
    'select * from people p, rows from (unnest(array[p.ssn])) u',
  ),
  simple(
    'returning',
    'begin',
    'update people set name = name returning ssn, upper(ssn)',
    'delete from people returning *',
    'rollback',
  ),
  simple(
    'returning in a common table expression',
    'begin',
    'with d as (delete from people returning ssn) select * from d',
    'rollback',
  ),
  simple(
    'conflict returning',
    'begin',
    "insert into people values (1, 'x', 'y', 'z', 1) on conflict (id) do update set name = excluded.name returning people.ssn",
    'rollback',
  ),
  simple('write and read', 'begin', 'update people set name = ssn where id = 1', 'select name from people', 'rollback'),
  simple('write with returning', 'begin', 'update people set name = ssn where id = 1 returning name', 'rollback'),
  simple(
    'merge',
    'begin',
    'merge into orders o using people p on p.id = o.person when matched then update set total = p.salary',
    'select total from orders',
    'rollback',
  ),
  one(
    'partition',
    'select ssn from events',
    'select ssn from events_2024',
    'select upper(ssn) from events_2024',
    'select e from events_2024 e',
  ),
  one('inheritance', 'select ssn from base', 'select ssn from child', 'select c from child c'),
  one(
    'others at work',
    'select query from pg_stat_activity',
    'select upper(query) from pg_stat_activity',
    'select * from pg_stat_get_activity(null)',
    'select statement from pg_prepared_statements',
    'select statement from pg_cursors',
  ),
  one(
    'operator',
    "create function pg_temp.eq(text, text) returns text language sql as 'select $1'",
    'create operator pg_temp.@@@ (leftarg = text, rightarg = text, function = pg_temp.eq)',
    "select ssn operator(pg_temp.@@@) '' from people",
  ),
  one(
    'large object',
    'select lo_from_bytea(4711, ssn::bytea) from people',
    'select lo_get(4711)',
    'select data from pg_largeobject',
  ),
  one(
    'sequence',
    'create temp sequence sq',
    "select setval('sq', replace(ssn, '-', '')::bigint) from people",
    'select last_value from sq',
    "select currval('sq')",
  ),
  one(
    'advisory lock',
    "select pg_advisory_lock(replace(ssn, '-', '')::bigint) from people",
    "select (classid::bigint << 32) + objid::bigint from pg_locks where locktype = 'advisory'",
  ),
  simple(
    'data from a file',
    "copy people (ssn) to '/tmp/sallyport-leak-test'",
    'create temp table f (z text)',
    "copy f from '/tmp/sallyport-leak-test'",
    'select z from f',
    "select pg_read_file('/tmp/sallyport-leak-test')",
  ),
  simple(
    'view replaced before it is read',
    'create or replace view v_orders as select id, total as code from orders; create temp view vx as select 1 as a; create or replace temp view vx as select 1 as a, ssn from people; select * from vx',
  ),
]

/** Texts that must not be found in what a client got. */
export const GIVEAWAYS: readonly Buffer[] = [
  SSN,
  SSN.split('').reverse().join(''),
  SSN.replaceAll('-', ''),
  `${SSN.slice(-4)}"`,
  '91827364',
  Buffer.from(SSN).toString('hex'),
  Buffer.from(SSN).toString('base64').replaceAll('=', ''),
  createHash('md5').update(SSN).digest('hex'),
]
  .map((text) => Buffer.from(text))
  // numeric in binary: groups of four digits, 9182 7364
  .concat([Buffer.from([0x23, 0xde, 0x1c, 0xc4])])
