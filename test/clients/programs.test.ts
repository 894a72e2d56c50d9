import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresProgram, postgresVersions, psql, runPostgresProgram, startProcess, until } from '../support/index.ts'
import { startClients, type Clients } from './setup.ts'

// PostgreSQL's own programs are Debian's; npm test says so where they are missing, and in CI that is a failure.
const installed = postgresVersions().includes(15) && postgresProgram('pgbench') !== undefined

describe.runIf(installed || process.env['CI'] === 'true')("PostgreSQL's own programs", () => {
  let clients: Clients
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'programs-'))
    clients = await startClients(15)
    await clients.postgres.query(`
      CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, born date, note text);
      COMMENT ON TABLE people IS 'who is who';
      CREATE INDEX people_name ON people (lower(name));
      CREATE VIEW adults AS SELECT id, name FROM people WHERE born < '2008-01-01';
      CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
      CREATE SEQUENCE numbers;
      INSERT INTO people SELECT i, 'person ' || i, date '1950-01-01' + i, repeat('é', i % 50) FROM generate_series(1, 5000) i`)
  })

  afterAll(async () => {
    await clients?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it.each([
    '\\d',
    '\\d+ people',
    '\\d adults',
    '\\dt+',
    '\\di',
    '\\df twice',
    '\\sf twice',
    '\\dn+',
    '\\du',
    '\\l',
    '\\dx',
    '\\dT+',
    '\\ds',
    '\\z people',
  ])('psql shows the same for %s', async (command) => {
    const through = await psql(`${command}\n`, clients.through('readonly'))
    expect(through).toEqual(await psql(`${command}\n`, clients.direct))
    expect(through.stderr).toBe('')
  })

  it('psql reads a large result, at once and in portions', async () => {
    const script = 'SELECT * FROM people p, generate_series(1, 20) g ORDER BY p.id, g;\n'
    const wanted = await psql(script, { ...clients.direct, args: ['-At'] })
    expect(wanted.stdout.length).toBeGreaterThan(200_000)
    expect((await psql(script, { ...clients.through('readonly'), args: ['-At'] })).stdout).toBe(wanted.stdout)
    const portions = await psql(`\\set FETCH_COUNT 777\n${script}`, { ...clients.through('readonly'), args: ['-At'] })
    expect(portions.stdout).toBe(wanted.stdout)
  })

  it('psql copies out and in', async () => {
    const file = join(folder, 'people.csv')
    const out = await psql(
      `\\copy (SELECT * FROM people ORDER BY id) TO '${file}' CSV HEADER\n`,
      clients.through('readonly'),
    )
    expect(out.stderr).toBe('')
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(5002)
    const script = `CREATE TABLE copied (LIKE people);\n\\copy copied FROM '${file}' CSV HEADER\nSELECT count(*), sum(length(note)) FROM copied;\nDROP TABLE copied;\n`
    const back = await psql(script, { ...clients.through('everything'), args: ['-At'] })
    expect(back.stderr).toBe('')
    const [sum] = await clients.postgres.query<{ sum: string }>('SELECT sum(length(note)) FROM people')
    expect(back.stdout.trim()).toContain(`5000|${sum?.sum}`)
  })

  it('Ctrl-C in psql cancels what runs', async () => {
    const program = postgresProgram('psql') ?? ''
    const { host, port, user, password, database } = clients.through('readonly')
    const running = await startProcess({
      command: program,
      args: ['-XAt', '-c', 'SELECT pg_sleep(60)'],
      env: { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database },
    })
    await until(async () => (await sleeping(clients)).length === 1, { what: 'the sleep' })
    running.child.kill('SIGINT')
    const { stderr } = await running.ended
    expect(stderr).toContain('canceling statement due to user request')
    expect(await sleeping(clients)).toHaveLength(0)
  })

  it('a refusal reads in psql as an error with detail and hint', async () => {
    const { stderr } = await psql('DROP TABLE people;\nSELECT 1;\n', clients.through('readonly'))
    expect(stderr).toMatch(/ERROR: {2}.*\nDETAIL: {2}Refused by Sallyport, rule read-only\.\nHINT: /)
    expect(await clients.postgres.query('SELECT count(*)::int AS n FROM people')).toEqual([{ n: 5000 }])
  })

  it.each(['simple', 'extended', 'prepared'])('pgbench runs 16 clients in %s mode', async (mode) => {
    const initialised = await runPostgresProgram('pgbench', ['-i', '-q', '-s', '1'], clients.through('everything'))
    expect(initialised.code).toBe(0)
    const { code, stdout } = await runPostgresProgram(
      'pgbench',
      ['-n', '-M', mode, '-c', '16', '-j', '2', '-T', '3'],
      clients.through('everything'),
    )
    expect(code).toBe(0)
    expect(stdout).toContain('number of failed transactions: 0')
    const [balance] = await clients.postgres.query<{ same: boolean }>(
      'SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history) AS same',
    )
    expect(balance?.same).toBe(true)
  })

  it.each(['everything', 'readonly'] as const)(
    'pg_dump makes the same dump on the connection %s',
    async (connection) => {
      const wanted = await runPostgresProgram('pg_dump', [], clients.direct)
      const { code, stdout, stderr } = await runPostgresProgram('pg_dump', [], clients.through(connection))
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(comparable(stdout)).toBe(comparable(wanted.stdout))
    },
  )
})

async function sleeping({ postgres }: Clients): Promise<readonly unknown[]> {
  return postgres.query(
    "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()",
  )
}

/** Newer versions of pg_dump put a random key into every dump. */
function comparable(dump: string): string {
  return dump.replaceAll(/^\\(un)?restrict .*$/gm, '')
}
