import {
  DEFAULT_MARIADB_SETTINGS,
  DEFAULT_MYSQL_SETTINGS,
  loadMysql,
  mysqlServerVersion,
  sqlModeOf,
} from '@sallyport/sql'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mysqlFlavours, startMysqlServer, type TestMysql } from '../support/index.ts'

/** Names of native functions, of functions that are words of the grammar, of such as are words only before a parenthesis, and of one server alone. */
const NAMES =
  `abs lower md5 sha sha1 concat ifnull length rand uuid nextval lastval setval column_get column_create column_add
  if left right user database char date time timestamp year interval repeat replace insert truncate mod row_count point linestring
  geometrycollection polygon coalesce values weight_string format password json_value
  count sum max now curdate sysdate trim trim_oracle substring mid position extract cast adddate std group_concat json_arrayagg
  session_user st_collect median rank row_number percentile_cont current_date current_user utc_date convert match`.split(
    /\s+/,
  )
const MODES = ['', 'IGNORE_SPACE', 'ANSI']
const ARGUMENTS = new Map([
  ['', ''],
  ['x int', '1'],
  ['x int, y int', '1, 2'],
])

describe.each(mysqlFlavours())('a stored function under the name of a built-in one in %s', (flavour) => {
  const mysql = loadMysql()
  let server: TestMysql
  let connection: Connection

  beforeAll(async () => {
    server = await startMysqlServer(flavour)
    connection = await server.connect()
    await connection.query('SET GLOBAL log_bin_trust_function_creators = 1').catch(() => undefined)
  })

  afterAll(async () => {
    await connection?.end()
    await server?.stop()
  })

  test('is read as what it is wherever the server calls it', { timeout: 120_000 }, async () => {
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT version() AS version')
    const defaults = flavour === 'mysql' ? DEFAULT_MYSQL_SETTINGS : DEFAULT_MARIADB_SETTINGS
    const settings = { ...defaults, ...mysqlServerVersion(String(row?.['version'])), database: 'shop' }
    const misread: string[] = []
    let called = 0
    for (const [parameters, given] of ARGUMENTS) {
      for (const name of NAMES) {
        await connection.query("SET sql_mode = ''")
        await connection.query(
          `CREATE FUNCTION shop.\`${name}\` (${parameters}) RETURNS int DETERMINISTIC BEGIN SET @called = 1; RETURN 1; END`,
        )
        for (const mode of MODES) {
          await connection.query(`SET sql_mode = '${mode}'`)
          const quoted = mode === 'ANSI' ? `"${name}"` : `\`${name}\``
          for (const form of [name, `${name} `, `${name}/**/`, `shop.${name}`, quoted, `${quoted} `]) {
            const sql = `SELECT ${form}(${given})`
            await connection.query('SET @called = 0')
            await connection.query(sql).catch(() => undefined)
            const [[after]] = await connection.query<RowDataPacket[]>('SELECT @called AS called')
            if (after?.['called'] !== 1) continue
            called += 1
            const analysis = mysql.analyse(sql, { ...settings, sqlMode: sqlModeOf(mode) })
            const known = analysis.ok && analysis.statements.every(({ effects }) => !effects.has('unknown'))
            if (known) misread.push(`${mode}: ${sql}`)
          }
        }
        await connection.query("SET sql_mode = ''")
        await connection.query(`DROP FUNCTION shop.\`${name}\``)
      }
    }
    expect(misread).toEqual([])
    expect(called).toBeGreaterThan(NAMES.length * ARGUMENTS.size * MODES.length)
  })
})
