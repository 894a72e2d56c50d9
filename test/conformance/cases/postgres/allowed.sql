-- What has been refused by others without need: a read-only connection lets all of it pass.
SELECT 'INSERT INTO x', 'DROP TABLE y';
SELECT * FROM customer WHERE comment LIKE '%dblink(%';
SELECT comment, clerk AS "update", total AS "order" FROM purchase;
SELECT 1 AS reset_date, 2 AS load_file, 3 AS "delete", 4 AS comment, 5 AS "grant";
SELECT 1 UNION SELECT 2;
SELECT * FROM customer WHERE id = 1 OR 1 = 1;
SELECT 'x' -- comment
;
/* INTO OUTFILE */ SELECT 1;
SELECT replace('abc', 'a', 'b');
EXPLAIN SELECT 1;
EXPLAIN (ANALYZE, BUFFERS) SELECT 1;
EXPLAIN (FORMAT JSON) SELECT 1;
SHOW server_version;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY balance) FROM customer;
SELECT row_number() OVER (PARTITION BY segment ORDER BY balance) FROM customer;
SELECT * FROM customer c, LATERAL (SELECT 1) x;
SELECT segment, count(*) FROM customer GROUP BY GROUPING SETS ((segment), ());
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT * FROM t;
SELECT * FROM film TABLESAMPLE system (10);
SELECT now(), random(), pg_size_pretty(1024::bigint), version(), current_setting('TimeZone');
SELECT * FROM generate_series(1, 3);
VALUES (1), (2);
TABLE film;
SELECT;
SELECT 1; -- and a comment
SELECT repeat('-', 80), repeat(chr(45), 80);
SELECT $$ DROP TABLE film $$, $x$ COMMIT; $x$, E'\'; DELETE FROM film; --', U&'\0061';
SELECT 1 AS "o'clock", 2 AS "a;b", 3 AS "-- no comment";
SELECT /* /* nested */ still */ 1;
SELECT title FROM film WHERE title IN ('BEGIN', 'COMMIT', 'ROLLBACK; DROP TABLE film');
