import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlFlavours, runProcess, until, type MysqlLogin } from '../support/index.ts'
import { startMysqlClients, type MysqlClients } from './mysql-setup.ts'

const SYSBENCH = ['/usr/bin/sysbench', '/usr/local/bin/sysbench', '/opt/homebrew/bin/sysbench'].find((path) =>
  existsSync(path),
)
const [THREADS, EVENTS, TABLES, ROWS] = [16, 320, 2, 10_000]

// Where it is missing, `npm test` says so and how to get it.
describe.runIf(SYSBENCH !== undefined).each(mysqlFlavours())('sysbench before %s', (flavour) => {
  let clients: MysqlClients

  beforeAll(async () => {
    clients = await startMysqlClients(flavour)
    await oltp(clients.through('everything'), 'prepare')
  })

  afterAll(async () => {
    await clients?.stop()
  })

  it.each([
    // Each transaction executes 18 statements besides BEGIN and COMMIT.
    ['with prepared statements', 'auto', 18 * EVENTS],
    ['with statements as text', 'disable', 0],
  ] as const)('reads and writes in 16 threads %s, without an error', async (_, mode, wanted) => {
    const executions = await counted('Com_stmt_execute')
    const { out, code } = await oltp(clients.through('everything'), 'run', [
      `--threads=${THREADS}`,
      `--events=${EVENTS}`,
      '--time=0',
      `--db-ps-mode=${mode}`,
    ])
    expect(code).toBe(0)
    expect(numberIn(out, /transactions:\s+(\d+)/)).toBe(EVENTS)
    expect(numberIn(out, /ignored errors:\s+(\d+)/)).toBe(0)
    expect(numberIn(out, /reconnects:\s+(\d+)/)).toBe(0)
    expect((await counted('Com_stmt_execute')) - executions).toBeGreaterThanOrEqual(wanted)
    for (let table = 1; table <= TABLES; table++) {
      expect(await clients.mysql.query(`SELECT COUNT(*) AS n FROM sbtest${table}`)).toEqual([{ n: ROWS }])
    }
    await noBackends()
    expect((await clients.sallyport.verifyAudit()).verification.ok).toBe(true)
  })

  const noBackends = (): Promise<void> =>
    until(async () => (await clients.mysql.sessions()).length === 0, {
      what: 'the end of every session in the database',
    })

  const counted = async (name: string): Promise<number> => {
    const [row] = await clients.mysql.query<{ Value: string }>(`SHOW GLOBAL STATUS LIKE '${name}'`)
    return Number(row?.Value)
  }
})

/** Its transactions lock rows in any order, so a large table and few updates of the same row keep deadlocks of its own away. */
async function oltp(
  { host, port, user, password, database }: MysqlLogin,
  command: 'prepare' | 'run',
  args: readonly string[] = [],
): Promise<{ readonly out: string; readonly code: number | null }> {
  const login = { host, port, user, password, db: database }
  const options = Object.entries(login).map(([name, value]) => `--mysql-${name}=${value}`)
  const size = [`--tables=${TABLES}`, `--table-size=${ROWS}`, '--rand-type=uniform']
  const all = ['oltp_read_write', ...options, ...size, ...args, command]
  const { stdout, stderr, code } = await runProcess({ command: SYSBENCH ?? 'sysbench', args: all }, 100_000)
  if (code !== 0) throw new Error(`sysbench ${command} ended with ${code}:\n${stdout}\n${stderr}`)
  return { out: stdout, code }
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1])
}
