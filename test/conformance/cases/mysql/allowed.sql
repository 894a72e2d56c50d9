-- What has been refused by others without need: a read-only connection lets all of it pass.
SELECT 'INSERT INTO x', "DROP TABLE y";
SELECT * FROM customer WHERE comment LIKE '%sys_exec(%';
SELECT comment, clerk AS `update`, total AS `order` FROM purchase;
SELECT 1 AS reset_date, 2 AS `load_file`, 3 AS `delete`, 4 AS comment, 5 AS `grant`;
SELECT 1 UNION SELECT 2;
SELECT * FROM customer WHERE id = 1 OR 1 = 1;
SELECT 'x' -- comment
;
SELECT 'x' # comment
;
/* INTO OUTFILE */ SELECT 1;
SELECT REPLACE('abc', 'a', 'b');
EXPLAIN SELECT 1;
SHOW CREATE TABLE film;
SELECT ROW_NUMBER() OVER (PARTITION BY segment ORDER BY balance) FROM customer;
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT * FROM t;
SELECT NOW(), RAND(), VERSION(), UUID();
SELECT 1--1, 5 - -3;
SELECT `film`.`title` FROM `film` WHERE title = 'BEGIN' OR title = 'DROP TABLE film; --';
SELECT /*! 1 + */ 1, /*+ a hint */ 2;
SELECT 'a''b', 'a\'b; DROP TABLE film; -- ', "it's";
SELECT REPEAT('-', 80), 0x41, b'1', _utf8mb4'x', N'x';
SELECT @@datadir IS NOT NULL;
SELECT 1;
