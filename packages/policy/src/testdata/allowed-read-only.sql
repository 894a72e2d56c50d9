-- One text a line: allowed on the same connection. Lines are only ever added.
select 1
select version()
select now(), current_user, current_database()
select * from orders
select o.id, c.name from orders o join customers c on c.id = o.customer_id where o.total > 10 order by o.id limit 10
select count(*), sum(total), avg(total) from orders group by customer_id having count(*) > 1
with recent as (select * from orders where created_at > now() - interval '1 day') select * from recent
with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) select * from t
select 'drop table orders; --' as text
select "delete" from "update"
select /* delete from orders */ 1
select $$ drop table orders $$
table orders
values (1), (2)
select coalesce(a, b), nullif(a, b), greatest(a, b), lower(c), upper(c), length(c) from t
select row_number() over (partition by a order by b) from t
select jsonb_agg(t), to_json(t), meta ->> 'a' from t group by meta
select * from generate_series(1, 10)
select exists (select 1 from orders where id = $1)
select * from orders where id = any($1)
select date_trunc('month', created_at), extract(year from created_at) from orders
explain select * from orders
explain delete from orders
show statement_timeout
show all
begin
begin read only
start transaction isolation level repeatable read, read only
commit
rollback
savepoint a
rollback to savepoint a
release savepoint a
set datestyle = 'ISO'
set time zone 'UTC'
set client_encoding = 'UTF8'
set standard_conforming_strings = on
set transaction read only
set application_name = 'psql'
reset all
discard all
reset statement_timeout
deallocate all
prepare p as select 1
declare c cursor for select * from orders
close c
copy orders to stdout
copy (select id from orders) to stdout with (format csv, header)
select set_config('application_name', 'x', false)
select pg_catalog.current_setting('server_version_num')
select n.nspname, c.relname from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and pg_catalog.pg_table_is_visible(c.oid)
select pg_get_viewdef('v'::regclass, true)
listen c
unlisten *
