import { describe, expect, test } from 'vitest'
import { effects, failure, isRefused, mysql, relations, settingsOf, statement } from './testdata/analyse.ts'

const maria = { flavour: 'mariadb' } as const

describe('on a read-only connection', () => {
  test.each(
    `SELECT 1 INTO OUTFILE '/tmp/x'
    SELECT 1 INTO/**/OUTFILE '/tmp/x'
    SELECT 1 INTO/**/DUMPFILE '/tmp/x'
    SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */
    /*! INSERT INTO t VALUES (1) */
    /*!50000 DELETE FROM users */
    /*M! DROP TABLE t */
    /*M!100100 DROP TABLE t */
    LOAD DATA INFILE 'x' INTO TABLE t
    LOAD/**/DATA LOCAL INFILE 'x' INTO TABLE t
    LOAD XML INFILE 'x' INTO TABLE t
    IMPORT TABLE FROM '/tmp/t.sdi'
    SELECT LOAD_FILE('/etc/passwd')
    SELECT \`LOAD_FILE\`('/etc/passwd')
    EXPLAIN SELECT extractvalue(1, concat(0x7e, load_file('/etc/passwd')))
    REPLACE INTO t VALUES (1)
    REPLACE/**/INTO t VALUES (1)
    RENAME/**/TABLE a TO b
    HANDLER t READ FIRST
    HANDLER h READ ssn >= ('123')
    SET GLOBAL general_log='ON'
    SET PERSIST max_connections=1
    SET @@global.max_connections=1
    SET @@persist.max_connections=1
    SET /**/ sql_log_bin=0
    SET @x=1, sql_log_bin=0
    SET ROLE r
    SET PASSWORD = 'x'
    PREPARE s FROM @x
    PREPARE s FROM 'DROP TABLE t'
    EXECUTE s
    EXECUTE IMMEDIATE 'DROP TABLE t'
    EXECUTE IMMEDIATE concat('DROP ', 'TABLE t')
    CALL p()
    BEGIN NOT ATOMIC DELETE FROM t; END
    IF 1=1 THEN DELETE FROM t; END IF
    ANALYZE DELETE FROM t
    ANALYZE FORMAT=JSON UPDATE t SET a=1 WHERE b=2
    EXPLAIN ANALYZE DELETE t FROM t JOIN u USING (id)
    SELECT * FROM t FOR UPDATE
    SELECT * FROM t LOCK IN SHARE MODE
    SELECT * FROM (SELECT * FROM t FOR UPDATE) d
    SELECT f()
    SELECT db.f(1)
    DO f()
    SELECT NEXT VALUE FOR s
    SELECT NEXTVAL(s)
    SELECT * FROM t PROCEDURE ANALYSE()
    WITH c AS (SELECT 1) DELETE FROM t
    WITH c AS (SELECT 1 AS id) UPDATE t, c SET t.a=1
    SELECT 1; RENAME TABLE t TO t2
    SELECT 1--1;DROP TABLE victim
    CREATE TABLE x AS SELECT 1
    CREATE TEMPORARY TABLE x SELECT 1
    TRUNCATE t
    KILL 1
    KILL QUERY 1
    FLUSH TABLES
    SHUTDOWN
    LOCK TABLES t WRITE
    GRANT ALL ON *.* TO x
    INSTALL PLUGIN p SONAME 'p.so'
    CREATE FUNCTION f RETURNS STRING SONAME 'u.so'
    DELETE FROM t RETURNING a
    INSERT INTO t SELECT 1 RETURNING a
    SET NAMES gbk
    SET STATEMENT max_statement_time=0 FOR DELETE FROM t
    SET @a = f()
    SHOW TABLES WHERE f() = 1
    CHANGE MASTER TO MASTER_HOST='evil'
    BINLOG 'x'
    XA COMMIT 'x'
    SELECT a FROM t UNION SELECT now () FROM t
    (((SELECT 1 INTO OUTFILE 'x')))`
      .split('\n')
      .map((line) => line.trim()),
  )('is refused wherever it would run: %s', (text) => {
    const readings = [{}, maria].map((flavour) => mysql.analyse(text, settingsOf(flavour)))
    expect(readings.some((each) => each.ok)).toBe(true)
    // What the other server takes for a comment is harmless there.
    const isComment = text.startsWith('/*M!')
    expect([isComment || isRefused(text), isRefused(text, maria)]).toEqual([true, true])
  })

  test.each(
    `SELECT 'INSERT INTO x', 'DROP TABLE y'
    SELECT * FROM t WHERE q LIKE '%load_file(%'
    SELECT comment, reset_date, load_file, \`update\`, \`order\` FROM t
    SELECT 1 UNION SELECT 2
    SELECT * FROM t WHERE a=1 OR 1=1
    SELECT 'x' -- comment
    /* INTO OUTFILE */ SELECT 1
    SELECT REPLACE('a','b','c')
    EXPLAIN SELECT 1
    EXPLAIN DELETE FROM t
    EXPLAIN FORMAT=JSON UPDATE t SET a=1
    SHOW CREATE TABLE t
    SHOW FULL TABLES FROM db LIKE 'a%'
    SHOW GLOBAL VARIABLES WHERE Variable_name = 'x'
    SELECT 1;
    DESCRIBE t
    SELECT @a:=1, @@sql_mode, @@global.max_connections
    SELECT COUNT(*), MAX(a) OVER (PARTITION BY b ORDER BY c) FROM t GROUP BY a WITH ROLLUP
    WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 5) SELECT * FROM c
    SELECT * FROM t, JSON_TABLE(t.doc, '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT '1' ON EMPTY)) j
    SELECT IF(a, 1, 2), LEFT(a, 1), INSERT('a', 1, 1, 'b'), MOD(5, 2), DATABASE(), USER() FROM t
    SELECT DATE_ADD(a, INTERVAL 1 DAY), a + INTERVAL 1 HOUR, INTERVAL(1, 2, 3), EXTRACT(YEAR FROM a) FROM t
    SET NAMES utf8mb4
    SET SESSION sql_mode='ANSI_QUOTES,STRICT_ALL_TABLES'
    START TRANSACTION READ ONLY
    ROLLBACK TO SAVEPOINT s
    USE app
    PREPARE s FROM 'SELECT ? + 1'
    DEALLOCATE PREPARE s`
      .split('\n')
      .map((line) => line.trim()),
  )('is let through by both servers: %s', (text) => {
    expect([failure(text), isRefused(text), isRefused(text, maria)]).toEqual([undefined, false, false])
  })
})

describe('texts made to hurt', () => {
  const long = 'a'.repeat(1_048_577)
  test.each([
    ['1 MB', `SELECT '${long}'`, 'too-large'],
    ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 'too-deep'],
    ['subqueries', `SELECT ${'(SELECT '.repeat(10_000)}1${')'.repeat(10_000)}`, 'too-deep'],
    ['open parentheses', '('.repeat(100_000), 'too-deep'],
    ['joins', `SELECT 1 FROM ${'('.repeat(10_000)}t`, 'too-deep'],
    ['signs', `SELECT ${'~'.repeat(10_000)}1`, 'too-deep'],
    ['nots', `SELECT ${'NOT '.repeat(10_000)}1`, 'too-deep'],
    ['functions', `SELECT ${'abs('.repeat(10_000)}1`, 'too-deep'],
    ['cases', `SELECT ${'CASE WHEN '.repeat(10_000)}1`, 'too-deep'],
    ['quotes', "'".repeat(200_000), 'syntax'],
    ['backticks', `SELECT ${'`'.repeat(200_001)}`, 'syntax'],
    ['unions', 'union '.repeat(6000), 'syntax'],
    ['dots', `SELECT ${'a.'.repeat(100_000)}`, 'syntax'],
    ['comments', `SELECT ${'/*!99999 /* x */ */'.repeat(20_000)}`, 'syntax'],
    ['open comments', 'SELECT /*!99999 '.repeat(20_000), 'syntax'],
    ['blocks', `BEGIN NOT ATOMIC ${'BEGIN '.repeat(10_000)}`, 'syntax'],
    ['hints', `SELECT /*+ ${'SET_VAR('.repeat(50_000)} */`, 'syntax'],
  ])('%s end soon and are refused', (_, text, code) => {
    const begun = performance.now()
    expect(failure(text)).toBe(code)
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  test.each([
    [
      'a chain of a thousand ORs',
      `SELECT * FROM t WHERE ${Array.from({ length: 1000 }, (_, n) => `a = ${String(n)}`).join(' OR ')}`,
    ],
    ['a list of 50,000 values', `SELECT * FROM t WHERE a IN (${'1,'.repeat(49_999)}1)`],
    ['10,000 rows', `INSERT INTO t VALUES ${'(1, 2, 3),'.repeat(9999)}(1, 2, 3)`],
    ['2,000 arms', `SELECT 1 ${'UNION ALL SELECT 1 '.repeat(2000)}`],
    ['a long sum', `SELECT 1 ${'+ 1 - a '.repeat(20_000)} FROM t`],
    ['a long DELETE condition', `DELETE FROM t WHERE ${'a = 1 OR b <> 2 OR '.repeat(5000)} c = 1`],
  ])('%s is read', (_, text) => {
    const begun = performance.now()
    expect(failure(text)).toBeUndefined()
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})

test('a multi-table change writes what it names and reads the rest', () => {
  expect(relations('DELETE v FROM victim v JOIN customers c ON c.id=v.id')).toEqual([
    'customers:read(id)',
    'victim:read(id)',
    'victim:write(*)',
  ])
  expect(relations('UPDATE t, customers SET t.a=customers.ssn')).toEqual(['customers:read(ssn)', 't:write(a)'])
  expect(relations('DELETE FROM a, b USING a JOIN b JOIN c')).toEqual(['a:write(*)', 'b:write(*)', 'c:read()'])
  expect(
    relations('INSERT INTO t(a) VALUES (1) ON DUPLICATE KEY UPDATE b=(SELECT MAX(ssn) FROM x.customers)', {
      database: 'd',
    }),
  ).toEqual(['d.t:read(ssn)', 'd.t:write(a,b)', 'x.customers:read(ssn)'])
})

test('what a statement names by PREPARE is known, and dynamic text is not', () => {
  expect(statement("PREPARE s FROM 'DELETE FROM t'").session).toMatchObject({
    type: 'prepare',
    name: 's',
    statement: { kind: 'delete', where: 'absent' },
  })
  expect(statement('PREPARE S FROM @x').session).toMatchObject({ type: 'prepare', name: 's', statement: 'unknown' })
  expect(effects("EXECUTE IMMEDIATE 'DELETE FROM t'", maria)).toBe('procedural write')
  expect(effects("PREPARE s FROM 'SELECT 1; DROP TABLE t'")).toBe('session unknown')
})
