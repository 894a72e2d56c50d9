import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { findMysql } from '@sallyport/demo'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { Client, DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import {
  isPortFree,
  postgresProgram,
  runProcess,
  startProcess,
  until,
  waitForEvent,
  type SupervisedProcess,
} from '../support/index.ts'

// The tour shows PostgreSQL, and MariaDB or MySQL beside it where one is installed.
const mysql = await findMysql()
const DATABASES = mysql === undefined ? 1 : 2
// MySQL where the environment says so: its passwords go another way than MariaDB's.
const named = [process.env['SALLYPORT_TEST_MYSQL9'] ?? ''].filter((directory) => directory !== '')

const LAUNCHER = fileURLToPath(new URL('../../packages/cli/bin/sallyport.mjs', import.meta.url))
const START_MS = 90_000

function demo(...args: readonly string[]): Promise<SupervisedProcess> {
  return startProcess({
    command: process.execPath,
    args: [LAUNCHER, 'demo', ...args],
    // The run of tests has compiled the checkout already.
    env: { SALLYPORT_PREPARED: '1', FORCE_COLOR: undefined },
  })
}

/** The processes and directories that the demo says it has started and made. */
function traces(output: string): { readonly pids: readonly number[]; readonly directories: readonly string[] } {
  return {
    pids: [...output.matchAll(/\(process (\d+)\)/g)].map((match) => Number(match[1])),
    directories: [...output.matchAll(/configuration in (\S+):/g)].map((match) => match[1] ?? ''),
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What psql says to a statement, called by the pasted line; where psql is not installed, the same from the driver's error. */
async function refusalOf(statement: string, psqlLine: string, client: Client): Promise<string> {
  if (postgresProgram('psql') !== undefined) {
    const said = await runProcess({ command: 'sh', args: ['-c', `${psqlLine} -X`], input: `${statement};\n` })
    return said.stderr
  }
  const error = await client.query(statement).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof DatabaseError ? `ERROR: ${error.message}\nDETAIL: ${error.detail}\nHINT: ${error.hint}` : ''
}

/** Resolves when every process that the demo named has ended, and every directory is gone; to how many processes there were. */
async function nothingIsLeft(output: string): Promise<number> {
  const { pids, directories } = traces(output)
  await until(() => pids.every((pid) => !isRunning(pid)), { what: 'the end of every process', timeoutMs: 15_000 })
  await until(() => directories.every((path) => !existsSync(path)), { what: 'the removal of its files' })
  return pids.length
}

async function databasesAreUp(running: SupervisedProcess): Promise<void> {
  await running.says(/PostgreSQL 18 \(process \d+\)/, START_MS)
  if (mysql !== undefined) await running.says(new RegExp(`${mysql.name} \\(process \\d+\\)`), START_MS)
}

/** The driver's URL reads masked rows; the pasted line of the command-line client is refused what the connection refuses. */
async function mysqlLinesWork(output: string): Promise<void> {
  const client = await createConnection(/mysql:\/\/shop-mysql-readonly:\S+/.exec(output)?.[0] ?? '')
  try {
    const [rows] = await client.query<RowDataPacket[]>('SELECT email FROM customers WHERE id = 1')
    expect(rows[0]?.['email']).toMatch(/^.\*+@/)
    // Generated from a protected document, and named by no rule.
    const [tiers] = await client.query<RowDataPacket[]>('SELECT loyalty_tier FROM customers WHERE id = 1')
    expect(tiers[0]?.['loyalty_tier']).toBe('[redacted]')
  } finally {
    await client.end()
  }
  const line = /MYSQL_PWD=\S+ mysql .* -u shop-mysql-readonly shop/.exec(output)?.[0] ?? ''
  const said = await runProcess({ command: 'sh', args: ['-c', line], input: 'DROP TABLE customers;\n' })
  expect(said.stderr).toMatch(/^ERROR 1142 \(42000\).*rule read-only/m)
}

test('the demo takes another port when its own is busy, keeps every promise of the tour, and leaves nothing behind', async () => {
  const busy = createServer()
  // Somebody else may have the port already, which is as good.
  if (await isPortFree(15_432)) {
    busy.listen(15_432, '127.0.0.1')
    await waitForEvent(busy, 'listening')
  }
  try {
    const running = await demo('--once')
    const result = await running.ended
    expect(running.output()).toMatch(/Port 15432 is busy, so this uses \d+/)
    expect(result.stdout.split('\n').filter((line) => line.includes('✗'))).toEqual([])
    expect(result.code).toBe(0)
    expect(running.output().match(/✓/g)?.length).toBeGreaterThan(mysql === undefined ? 20 : 38)
    for (const name of ['PostgreSQL 18', ...(mysql === undefined ? [] : [mysql.name])]) {
      expect(running.output()).toMatch(new RegExp(`\\d+\\. ${mysql === undefined ? '' : `${name}: `}DROP TABLE`))
    }
    expect(running.output()).not.toContain('\u001B[')
    expect(await nothingIsLeft(running.output())).toBe(DATABASES + 2)
  } finally {
    busy.close()
  }
})

test.each(named)('it keeps every promise with the MySQL in %s, too', async (directory) => {
  const running = await demo('--once', '--mysql', directory)
  const result = await running.ended
  expect(result.stdout.split('\n').filter((line) => line.includes('✗'))).toEqual([])
  expect(result.stdout).toMatch(/\d+\. MySQL \d+\.\d+\.\d+: DROP TABLE/)
  expect(result.code).toBe(0)
  expect(await nothingIsLeft(running.output())).toBe(4)
})

test('the lines it prints work when pasted, and Ctrl-C takes everything down', async () => {
  const running = await demo()
  await running.says(/Ctrl-C stops everything/, START_MS)
  const url = /postgresql:\/\/shop-readonly:\S+/.exec(running.output())?.[0] ?? ''
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ email: string }>('SELECT email FROM customers WHERE id = 1')
  expect(rows[0]?.email).toMatch(/^.\*+@/)
  const line = /PGPASSWORD=\S+ psql .* -U shop-readonly shop/.exec(running.output())?.[0] ?? ''
  expect(await refusalOf('DROP TABLE customers', line, client)).toMatch(/^ERROR: .*\nDETAIL: .*read-only.*\nHINT: /)
  if (mysql !== undefined) await mysqlLinesWork(running.output())
  running.child.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 0 })
  expect(await nothingIsLeft(running.output())).toBe(DATABASES + 2)
})

test('killed outright while it loads, it still leaves no process', async () => {
  const running = await demo('--once')
  await databasesAreUp(running)
  running.child.kill('SIGKILL')
  await running.ended
  expect(await nothingIsLeft(running.output())).toBe(DATABASES)
})

test('interrupted while it loads, it says so by its exit code and leaves no process', async () => {
  const running = await demo()
  await databasesAreUp(running)
  running.child.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 130 })
  expect(await nothingIsLeft(running.output())).toBe(DATABASES)
})

test('an argument it does not know is a mistake of the caller', async () => {
  const running = await demo('--onec')
  const result = await running.ended
  expect(result.code).toBe(2)
  expect(result.stderr).toContain('--once')
})
