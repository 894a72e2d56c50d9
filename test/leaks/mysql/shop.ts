import type { MaskingRules } from '@sallyport/masking'
import type { TestMysql } from '../../support/index.ts'

/** What no client may see, in any shape. */
export const SECRETS = ['123-45-6789', '987-65-4321', 'ann@secret.example', 'bob@secret.example', '7654321', '8765432']

export const RULES: MaskingRules = {
  columns: [
    { match: '*.people.ssn', strategy: 'redact' },
    { match: '*.ledger.ssn', strategy: 'redact' },
    { match: '*.people.email', strategy: 'redact' },
    { match: '*.people.salary', strategy: 'redact' },
  ],
}

/** The tables and code that the attacks are about. */
export async function createShop(server: TestMysql): Promise<void> {
  await server.query(`
    CREATE TABLE people (
      id int PRIMARY KEY, name varchar(50), ssn varchar(11) DEFAULT '123-45-6789', email varchar(100), salary int,
      meta json, UNIQUE KEY by_ssn (ssn), KEY by_email (email)
    );
    INSERT INTO people VALUES
      (1, 'ann', '123-45-6789', 'ann@secret.example', 7654321, '{"a": 1}'),
      (2, 'bob', '987-65-4321', 'bob@secret.example', 8765432, '{"a": 2}');
    CREATE TABLE orders (id int PRIMARY KEY, person int, total decimal(10,2), note varchar(100));
    INSERT INTO orders VALUES (1, 1, 10.50, 'first'), (2, 2, 20.25, 'second');
    CREATE TABLE ledger (
      id int, ssn varchar(11), loud varchar(20) AS (upper(ssn)) STORED, louder varchar(40) AS (concat(loud, '!')) VIRTUAL
    );
    INSERT INTO ledger (id, ssn) VALUES (1, '123-45-6789');
    CREATE TABLE cheat (r varchar(200), n int);
    CREATE VIEW v_people AS SELECT id, ssn AS code, name FROM people;
    CREATE VIEW v_twice AS SELECT code AS again FROM v_people;
    CREATE VIEW v_orders AS SELECT id, total FROM orders;
    CREATE FUNCTION f_ssn(i int) RETURNS varchar(11) READS SQL DATA RETURN (SELECT ssn FROM people WHERE id = i);
    CREATE VIEW v_code AS SELECT f_ssn(1) AS called;
    CREATE PROCEDURE p_ssn(IN i int, OUT s varchar(11)) SELECT ssn INTO s FROM people WHERE id = i;
    CREATE PROCEDURE p_rows() BEGIN SELECT id, name FROM people; SELECT ssn AS name FROM people; END;
    CREATE PROCEDURE p_signal() BEGIN
      DECLARE s varchar(11); SELECT ssn INTO s FROM people WHERE id = 1;
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = s; END;
    CREATE PROCEDURE p_id() SELECT last_insert_id(salary) INTO @x FROM people LIMIT 1;
    CREATE PROCEDURE p_temp() BEGIN
      SET @left = (SELECT ssn FROM people WHERE id = 1);
      CREATE TEMPORARY TABLE left_over AS SELECT ssn AS x FROM people; END;
  `)
}

/** Every way around masking that we know, one session each; statements of one are separated by a bar of their own. */
export const ATTACKS: readonly string[] = [
  // names
  'SELECT ssn FROM people',
  'SELECT ssn AS name FROM people',
  'SELECT ssn name, salary id FROM people',
  'SELECT * FROM people',
  'SELECT loud FROM ledger',
  'SELECT louder FROM ledger',
  'SELECT * FROM ledger',
  "SELECT 'x', p.* FROM people p",
  'SELECT p.ssn, shop.people.name FROM people p, people',
  'SELECT `ssn`, SSN, sSn FROM shop.people',
  'SELECT people.ssn AS name FROM people AS orders, people',
  'SELECT orders.ssn AS note FROM people AS orders',
  'SELECT a.*, b.* FROM people a JOIN people b ON a.id = b.id',
  'SELECT * FROM people a JOIN people b USING (id, ssn)',
  'SELECT * FROM people NATURAL JOIN people b',
  'SELECT *, ssn AS name, name FROM people',
  'SELECT ssn AS name, people.* FROM people',
  'SELECT p.*, ssn AS name, q.* FROM people p, orders q',
  // executable comments and quotes
  'SELECT /*!50000 ssn */ FROM people',
  'SELECT /*! ssn from people where id=1 */',
  'SET sql_mode=\'ANSI_QUOTES\' | SELECT "ssn" FROM people',
  'SET sql_mode=\'ANSI_QUOTES\' | SELECT concat("ssn") FROM people',
  // expressions
  "SELECT concat(ssn, ''), upper(ssn), left(ssn, 3), ifnull(ssn, 1), coalesce(ssn), elt(1, ssn), trim(ssn) FROM people",
  'SELECT hex(ssn), to_base64(ssn), reverse(ssn), md5(ssn), sha2(ssn, 256), compress(ssn) FROM people',
  'SELECT ascii(ssn), ord(substring(ssn, 2, 1)), length(email), salary + 0, salary / 1, -salary, salary | 0 FROM people',
  "SELECT CASE WHEN ssn LIKE '123%' THEN ssn ELSE 'no' END AS name FROM people",
  'SELECT group_concat(ssn), max(ssn), min(email), sum(salary), json_arrayagg(ssn), count(DISTINCT ssn) FROM people',
  "SELECT json_object('s', ssn) FROM people",
  'SELECT cast(ssn AS char), convert(ssn USING latin1), binary ssn, ssn COLLATE utf8mb4_bin FROM people',
  'SELECT row_number() OVER (ORDER BY ssn), first_value(ssn) OVER (ORDER BY id), lag(ssn) OVER (ORDER BY id) FROM people',
  'SELECT (SELECT ssn FROM people LIMIT 1)',
  'SELECT (SELECT ssn FROM people WHERE id = 1) AS name FROM orders',
  'SELECT (SELECT p.ssn FROM people p WHERE p.id = o.person) AS note FROM orders o',
  // query forms
  'SELECT x FROM (SELECT ssn x FROM people) t',
  'SELECT name FROM (SELECT ssn AS name FROM people LIMIT 10) people',
  'SELECT name FROM (SELECT ssn AS name, id FROM people LIMIT 10) AS orders',
  'SELECT note FROM (SELECT ssn AS note FROM people LIMIT 10) AS orders',
  'WITH t(a) AS (SELECT ssn FROM people) SELECT a FROM t',
  'WITH people AS (SELECT ssn AS name FROM people) SELECT name FROM people',
  'WITH orders AS (SELECT ssn AS note FROM people) SELECT note FROM orders',
  'WITH RECURSIVE t(n, a) AS (SELECT 1, ssn FROM people UNION ALL SELECT n + 1, a FROM t WHERE n < 2) SELECT a FROM t',
  'SELECT note FROM orders UNION ALL SELECT ssn FROM people',
  "SELECT '1' UNION SELECT ssn FROM people",
  '(SELECT ssn FROM people)',
  'SELECT ssn FROM people GROUP BY ssn',
  'SELECT ssn AS name FROM people GROUP BY ssn WITH ROLLUP',
  'SELECT DISTINCT ssn AS name FROM people ORDER BY ssn DESC',
  'SELECT ssn AS name, count(*) FROM people GROUP BY name',
  'SELECT b.ssn AS name FROM orders a LEFT JOIN people b ON a.person = b.id ORDER BY b.ssn LIMIT 5',
  'SELECT straight_join p.ssn AS note FROM orders o JOIN people p ON p.id = o.person GROUP BY p.ssn ORDER BY o.id',
  "SELECT s FROM people p, json_table(json_object('s', p.ssn), '$' COLUMNS (s varchar(20) PATH '$.s')) t",
  'SELECT note FROM orders WHERE note = (SELECT ssn FROM people LIMIT 1) UNION SELECT email FROM people',
  'SELECT ssn FROM people FOR UPDATE',
  'SELECT name FROM people PROCEDURE ANALYSE()',
  'TABLE people',
  // views and stored code
  'SELECT code FROM v_people',
  'SELECT code AS name FROM v_people',
  'SELECT again FROM v_twice',
  'SELECT called FROM v_code',
  'SELECT f_ssn(1)',
  'SELECT name, f_ssn(id) FROM people',
  'CALL p_rows()',
  'CALL p_ssn(1, @s) | SELECT @s',
  'CALL p_signal()',
  'CALL p_signal() | SHOW WARNINGS',
  'CALL p_signal() | SHOW ERRORS',
  'CALL p_temp() | SELECT @left',
  'CALL p_temp() | SELECT * FROM left_over',
  'CALL p_temp() | SELECT x AS note FROM left_over',
  'CREATE VIEW v_mine AS SELECT ssn AS a FROM people | SELECT a FROM v_mine | DROP VIEW v_mine',
  'CREATE OR REPLACE VIEW v_orders AS SELECT id, ssn AS total FROM people | SELECT id, total FROM v_orders | CREATE OR REPLACE VIEW v_orders AS SELECT id, total FROM orders',
  // variables and dynamic SQL
  'SET @a = (SELECT ssn FROM people LIMIT 1) | SELECT @a',
  'SELECT ssn INTO @b FROM people LIMIT 1 | SELECT @b',
  'SELECT @c := ssn FROM people | SELECT @c',
  'DO @d := (SELECT ssn FROM people LIMIT 1) | SELECT @d',
  "SET @q = 'SELECT ssn FROM people' | PREPARE s FROM @q | EXECUTE s",
  "PREPARE s FROM 'SELECT ssn AS name FROM people' | EXECUTE s",
  "PREPARE s FROM 'SELECT ssn FROM people WHERE id = ?' | SET @i = 1 | EXECUTE s USING @i",
  "EXECUTE IMMEDIATE 'SELECT ssn FROM people'",
  "EXECUTE IMMEDIATE concat('SELECT s', 'sn AS name FROM people')",
  'BEGIN NOT ATOMIC SELECT ssn FROM people; END',
  'BEGIN NOT ATOMIC SET @v = (SELECT ssn FROM people LIMIT 1); END | SELECT @v',
  "BEGIN NOT ATOMIC EXECUTE IMMEDIATE concat('CREATE TEMPORARY TABLE dyn (`', (SELECT ssn FROM people LIMIT 1), '` int)'); END | SELECT * FROM dyn | SHOW COLUMNS FROM dyn",
  // HANDLER
  'HANDLER people OPEN | HANDLER people READ FIRST',
  'HANDLER people OPEN AS orders | HANDLER orders READ FIRST',
  "HANDLER people OPEN AS h | HANDLER h READ by_ssn >= ('1')",
  // copies
  'INSERT INTO cheat SELECT ssn, 1 FROM people | SELECT r FROM cheat',
  'INSERT INTO cheat (r) VALUES ((SELECT ssn FROM people LIMIT 1)) | SELECT r FROM cheat',
  'CREATE TABLE cheat2 AS SELECT ssn z FROM people | SELECT z FROM cheat2 | DROP TABLE IF EXISTS cheat2',
  'CREATE TEMPORARY TABLE cheat3 AS SELECT ssn z FROM people | SELECT z FROM cheat3',
  'CREATE TEMPORARY TABLE cheat4 (z varchar(20)) | INSERT INTO cheat4 SELECT ssn FROM people | SELECT z FROM cheat4',
  'REPLACE INTO cheat SELECT email, 2 FROM people | SELECT * FROM cheat',
  'UPDATE people SET name = ssn WHERE id = 1 | SELECT name FROM people',
  'UPDATE cheat, people SET cheat.r = people.ssn | SELECT r FROM cheat',
  'INSERT INTO cheat SELECT ssn, 1 FROM people RETURNING r',
  "INSERT INTO people (id, name, ssn) VALUES (1, 'x', 'y') ON DUPLICATE KEY UPDATE name = ssn | SELECT name FROM people",
  "INSERT INTO people (id, name) VALUES (9, 'x') RETURNING ssn, email, salary | DELETE FROM people WHERE id = 9",
  'START TRANSACTION | DELETE FROM people RETURNING ssn AS name | ROLLBACK',
  'CREATE TRIGGER t_copy AFTER UPDATE ON people FOR EACH ROW INSERT INTO cheat VALUES (OLD.ssn, 1) | UPDATE people SET name = name WHERE id = 1 | SELECT r FROM cheat | DROP TRIGGER IF EXISTS t_copy',
  // errors and warnings
  'SELECT extractvalue(1, concat(0x7e, (SELECT ssn FROM people LIMIT 1)))',
  'SELECT updatexml(1, concat(0x7e, (SELECT ssn FROM people LIMIT 1)), 1)',
  'SELECT count(*), concat((SELECT ssn FROM people LIMIT 1), floor(rand(0) * 2)) x FROM information_schema.COLUMNS GROUP BY x',
  "UPDATE people SET ssn = '987-65-4321' WHERE id = 1",
  'UPDATE people SET ssn = (SELECT s FROM (SELECT ssn s FROM people WHERE id = 2) t) WHERE id = 1',
  'SELECT ssn + 0 FROM people | SHOW WARNINGS',
  'SELECT date(ssn) FROM people | SHOW WARNINGS | SHOW ERRORS',
  'DO (SELECT ssn FROM people LIMIT 1) + 0 | SHOW WARNINGS',
  'DO (SELECT ssn FROM people LIMIT 1) + 0 | GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT | SELECT @m',
  'SELECT ssn + 0 FROM people; SHOW WARNINGS',
  'SELECT 1; SELECT ssn FROM people; SELECT name FROM people',
  'SELECT cast(ssn AS datetime) FROM people | SHOW WARNINGS LIMIT 1',
  'SELECT json_extract(ssn, "$.a") FROM people',
  'SELECT st_geomfromtext(ssn) FROM people',
  // plans, statistics, other people
  'EXPLAIN EXTENDED SELECT ssn, name FROM people WHERE id = 1 | SHOW WARNINGS',
  'EXPLAIN SELECT ssn FROM people WHERE id = 1 | SHOW WARNINGS',
  "ANALYZE FORMAT=JSON SELECT ssn FROM people WHERE ssn LIKE '1%'",
  'EXPLAIN FORMAT=JSON SELECT * FROM people p JOIN orders o ON o.person = p.id WHERE p.id = 1 | SHOW WARNINGS',
  'SELECT histogram FROM information_schema.COLUMN_STATISTICS',
  'SELECT * FROM mysql.column_stats',
  'SHOW PROCESSLIST',
  'SHOW FULL PROCESSLIST',
  'SELECT * FROM information_schema.PROCESSLIST',
  'SHOW ENGINE INNODB STATUS',
  'SHOW TABLES WHERE (SELECT extractvalue(1, concat(0x7e, ssn)) FROM people LIMIT 1)',
  'SHOW COLUMNS FROM people WHERE (SELECT extractvalue(1, concat(0x7e, ssn)) FROM people LIMIT 1)',
  'SHOW VARIABLES WHERE extractvalue(1, concat(0x7e, (SELECT ssn FROM people LIMIT 1)))',
  'SHOW STATUS WHERE extractvalue(1, concat(0x7e, f_ssn(1)))',
  'SHOW PROCESSLIST WHERE extractvalue(1, concat(0x7e, (SELECT ssn FROM people LIMIT 1)))',
  'RENAME TABLE people TO moved | SELECT ssn FROM moved | RENAME TABLE moved TO people',
  'ALTER TABLE people RENAME TO moved | SELECT ssn FROM moved | RENAME TABLE moved TO people',
  'ALTER TABLE people CHANGE ssn moved varchar(11) | SELECT moved FROM people | ALTER TABLE people CHANGE moved ssn varchar(11)',
  'CREATE SEQUENCE seq | SELECT setval(seq, (SELECT salary FROM people LIMIT 1)) | SELECT * FROM seq | SELECT nextval(seq) | DROP SEQUENCE seq',
  'CALL p_id() | SELECT last_insert_id()',
  // identity of the last insertion, locks, settings
  'SELECT last_insert_id(salary) FROM people | SELECT last_insert_id()',
  'UPDATE orders SET total = 0 WHERE id = last_insert_id((SELECT salary FROM people LIMIT 1))',
  'SELECT get_lock(ssn, 0) FROM people',
  "SET session_track_system_variables = '*' | SET @@session.optimizer_switch = (SELECT ssn FROM people LIMIT 1)",
  // character sets
  'SET NAMES latin1 | SELECT ssn, concat(ssn) FROM people',
  'SET character_set_results = NULL | SELECT ssn AS name FROM people',
  'SET character_set_results = utf16 | SELECT ssn AS name, email FROM people',
  'SET character_set_results = utf32 | SELECT name AS ssn, ssn AS name FROM people',
  // schemas
  'SELECT ssn FROM shop.people | USE mysql | SELECT ssn AS name FROM shop.people',
  'USE information_schema | SELECT ssn FROM shop.people',
]

/** Statements that show the same with and without masking. */
export const ORDINARY: readonly string[] = [
  'SELECT 1, NULL, 2.50, now() > 0',
  'SELECT id, name FROM people',
  'SELECT p.id, p.name AS who, o.total FROM people p JOIN orders o ON o.person = p.id ORDER BY o.id',
  "SELECT id, name FROM people WHERE ssn = '123-45-6789'",
  'SELECT name FROM people ORDER BY ssn',
  'SELECT count(*) FROM people',
  'SELECT count(*), sum(total) FROM orders',
  'SELECT t.name FROM (SELECT name FROM people) t',
  'WITH t AS (SELECT id, name FROM people) SELECT * FROM t',
  'SELECT name FROM people UNION SELECT note FROM orders',
  'SELECT * FROM v_orders',
  'SELECT upper(name) FROM people',
  'SELECT * FROM orders',
  'SHOW TABLES',
  'DESCRIBE people',
  'SHOW CREATE TABLE people',
  'SHOW INDEX FROM people',
  'SHOW COLUMNS FROM people',
  "SHOW VARIABLES LIKE 'sql_mode'",
  'EXPLAIN SELECT name FROM people WHERE id = 1',
  'SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2',
  'SET @a = 5 | SELECT @a + 1',
  'CREATE TEMPORARY TABLE tmp (a int) | INSERT INTO tmp VALUES (1), (2) | SELECT * FROM tmp',
  "PREPARE s FROM 'SELECT name FROM people WHERE id = ?' | SET @i = 1 | EXECUTE s USING @i",
  'SELECT no_such_column FROM people',
  'SELECT 1 +',
  'SELECT cast("x" AS signed) | SHOW WARNINGS',
  "START TRANSACTION | UPDATE orders SET note = 'n' WHERE id = 1 | SELECT note FROM orders | ROLLBACK",
  "START TRANSACTION | UPDATE people SET name = 'n' WHERE email = 'ann@secret.example' | SELECT name FROM people | ROLLBACK",
  'SELECT 1; SELECT 2; SELECT id FROM orders',
]
