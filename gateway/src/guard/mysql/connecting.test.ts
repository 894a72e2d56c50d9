import type { Effect } from '@sallyport/core'
import { compilePolicy, refusalOf } from '@sallyport/policy'
import { DEFAULT_MARIADB_SETTINGS, DEFAULT_MYSQL_SETTINGS, loadMysql } from '@sallyport/sql'
import { describe, expect, it } from 'vitest'

const analyser = loadMysql()
const policy = compilePolicy({
  sets: {},
  connections: [
    {
      name: 'c',
      access: { groups: ['dev'], users: [], kinds: [] },
      guardrails: [{ set: 'read-only', when: undefined, unless: undefined }],
    },
  ],
})
const identity = { subject: 'a', email: undefined, groups: ['dev'], method: 'token', kind: 'human' } as const

function refused(text: string, settings = DEFAULT_MYSQL_SETTINGS): string | undefined {
  const analysis = analyser.analyse(text, settings)
  const verdict = policy.decide({ identity, connection: 'c', analysis, now: new Date(0) })
  const effects: readonly Effect[] = analysis.ok ? analysis.statements.flatMap((one) => [...one.effects]) : ['unknown']
  const why = refusalOf(verdict)?.message
  return why === undefined ? undefined : `${why} (${effects.join(', ')})`
}

describe('a read-only connection', () => {
  it.each([
    // The programs of MySQL and MariaDB.
    'select @@version_comment limit 1',
    'SELECT DATABASE(), USER(), @@version, CONNECTION_ID()',
    'SET SESSION NET_READ_TIMEOUT= 86400, SESSION NET_WRITE_TIMEOUT= 86400',
    "/*!40100 SET @@SQL_MODE='' */",
    '/*!40101 SET NAMES utf8mb4 */',
    "/*!40103 SET TIME_ZONE='+00:00' */",
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */',
    'SET SQL_QUOTE_SHOW_CREATE=1/*!50020 ,@@session.sql_big_selects=1 */',
    "SET SESSION character_set_results = 'utf8mb4'",
    // What a dump ends with.
    '/*!40101 SET SQL_MODE=@OLD_SQL_MODE */',
    '/*!40101 SET character_set_client = @saved_cs_client */',
    '/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */',
    // Drivers: Connector/J, Connector/Python, PyMySQL, mysql2, mariadb, go-sql-driver, PDO.
    '/* mysql-connector-j-9.1.0 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@sql_mode AS sql_mode, @@wait_timeout AS wait_timeout',
    'SET character_set_results = NULL',
    'SET autocommit=1',
    "SET autocommit = 0, session_track_schema = 1, session_track_system_variables = 'autocommit'",
    "set autocommit=1, sql_mode='STRICT_TRANS_TABLES', session_track_schema=1",
    "SET sql_mode='STRICT_TRANS_TABLES'",
    "set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')",
    "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'ONLY_FULL_GROUP_BY', '')",
    'SET @@session.autocommit = OFF',
    "SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'",
    'SET AUTOCOMMIT = 0',
    "SET time_zone = '+00:00', wait_timeout = 28800",
    "SET NAMES utf8mb4, @@SESSION.sql_mode = 'TRADITIONAL'",
    'SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment',
    'SELECT @@SESSION.transaction_isolation',
    'SET @@SESSION.max_statement_time = 10, @@SESSION.lock_wait_timeout = 5',
    "SHOW VARIABLES LIKE 'lower_case_%'",
    'SELECT VERSION()',
    'SET SESSION sql_select_limit = DEFAULT',
    'USE `shop`',
  ])('lets a client connect with %s', (text) => {
    expect(refused(text)).toBeUndefined()
    expect(refused(text, DEFAULT_MARIADB_SETTINGS)).toBeUndefined()
  })

  it.each([
    'SET NAMES gbk',
    'SET autocommit = 1, NAMES sjis',
    'SET autocommit = 1, GLOBAL read_only = 0',
    'SET autocommit = 1, @@GLOBAL.max_connections = 1',
    'SET sql_log_bin = 0, autocommit = 1',
    // How what follows would be read nobody knows.
    'SET sql_mode = @m; SELECT 1',
    "SET sql_mode = CONCAT(@@global.sql_mode, ',ANSI_QUOTES'); SELECT 1",
    'SET character_set_client = @c; SELECT 1',
  ])('refuses %s', (text) => {
    expect(refused(text)).toBeDefined()
  })
})
