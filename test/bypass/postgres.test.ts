import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  postgresVersions,
  startPostgres,
  startSallyport,
  type TestPostgres,
  type TestSallyport,
} from '../support/index.ts'
import { casesOf, shortOf, textOf, type Case } from './cases.ts'
import { ordinarySchema, ordinaryStatements } from './ordinary.ts'
import { checksum, SCHEMA } from './postgres-database.ts'
import { PostgresSession, PROTOCOLS } from './postgres-session.ts'

/** What no attack may have written. */
const FILES = ['/tmp/sallyport-bypass']
/** What a server says where a statement stands alone, or has no parameters: it came there. */
const EXPECTED_ERRORS = new Set(['25P01', '34000', '26000', '22004'])
const families = casesOf('postgres')

describe.each(postgresVersions())('on a read-only connection to PostgreSQL %i', (version) => {
  let server: TestPostgres
  let sallyport: TestSallyport

  beforeAll(async () => {
    const settings = { autovacuum: 'off', max_prepared_transactions: '2', wal_level: 'logical' }
    server = await startPostgres({ version, settings })
    await server.query(SCHEMA)
    for (const statement of ordinarySchema('postgres')) await server.query(statement)
    const behind = {
      guardrails: ['read-only', 'no-session-escape'],
      target: { host: server.host, port: server.port, database: 'postgres' },
      user: server.user,
      password: server.password,
    }
    sallyport = await startSallyport({
      connections: [
        { ...behind, name: 'reader', floor: { statement_timeout: '250ms' } },
        { ...behind, name: 'floored', floor: { statement_timeout: '250ms', read_only: true } },
        { ...behind, name: 'patient' },
      ],
    })
  })

  afterAll(async () => {
    await sallyport?.stop()
    await server?.stop()
  })

  test('a changed row, role, sequence or setting would be seen', async () => {
    const changes = [
      'UPDATE t SET x = x + 1 WHERE id = 1',
      'CREATE ROLE seen',
      "SELECT nextval('s')",
      'ALTER DATABASE postgres SET work_mem = 100',
      "SELECT lo_put(424242, 0, 'x')",
      "COMMENT ON FUNCTION pg_catalog.now() IS NULL; COMMENT ON TABLE t IS 'x'",
    ]
    let before = await checksum(server)
    for (const change of changes) {
      await server.query(change)
      const after = await checksum(server)
      expect({ change, ...after }).not.toEqual({ change, ...before })
      before = after
    }
  })

  describe.each(Object.entries(PROTOCOLS))('over the %s protocol', (_name, messages) => {
    test.each([...families])('%s changes nothing', async (_family, cases) => {
      const before = await checksum(server)
      const session = new PostgresSession(sallyport, messages)
      try {
        expect(await wrongVerdicts(session, cases)).toEqual([])
      } finally {
        session.close()
      }
      expect(await checksum(server)).toEqual(before)
      expect(FILES.filter((path) => existsSync(path))).toEqual([])
    })

    test('ordinary SQL is never refused, and runs', async () => {
      const session = new PostgresSession(sallyport, messages)
      const [refused, failed]: [string[], string[]] = [[], []]
      const statements = [...ordinaryStatements('postgres').values()].flat()
      try {
        for (const text of statements) {
          const { verdict, sqlState, message } = await session.outcome('patient', text, 'rollback')
          if (verdict === 'refused') refused.push(`${message}: ${text}`)
          // A parameter needs the extended protocol.
          else if (sqlState !== undefined && !EXPECTED_ERRORS.has(sqlState) && sqlState !== '42P02')
            failed.push(`${sqlState} ${message}: ${text}`)
        }
      } finally {
        session.close()
      }
      const share = ((100 * refused.length) / statements.length).toFixed(2)
      process.stdout.write(
        `PostgreSQL ${version}: false refusals ${refused.length} of ${statements.length} (${share} %)\n`,
      )
      expect({ refused, failed }).toEqual({ refused: [], failed: [] })
    })
  })
})

/** One line for each case whose verdict is another than it should be. */
async function wrongVerdicts(session: PostgresSession, cases: readonly Case[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const one of cases) {
    // No text with a NUL can be written into a message of this protocol: it ends there.
    if (one.sql.includes('\0')) continue
    const { verdict } = await session.outcome(one.floor === true ? 'floored' : 'reader', textOf(one))
    const isRight =
      one.verdict === 'refused' ? verdict === 'refused' : one.verdict === 'harmless' || verdict === 'passed'
    if (!isRight) wrong.push(`${verdict}, not ${one.verdict}: ${shortOf(one)}`)
  }
  return wrong
}
