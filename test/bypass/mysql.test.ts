import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mysqlFlavours, startSallyport, type TestMysql, type TestSallyport } from '../support/index.ts'
import { casesOf, shortOf, textOf, type Case } from './cases.ts'
import { checksum, startTarget } from './mysql-database.ts'
import { MysqlSession, type MysqlProtocol } from './mysql-session.ts'
import { ordinaryStatements } from './ordinary.ts'

/** What no attack may have written. */
const FILES = ['/tmp/sallyport-bypass-mysql']
const PROTOCOLS: readonly MysqlProtocol[] = ['text', 'prepared']
/** ER_UNSUPPORTED_PS, ER_SP_DOES_NOT_EXIST of a savepoint, and what one of the two servers does not know. */
const EXPECTED_ERRORS = new Set([1295, 1305])
const families = casesOf('mysql')

describe.each(mysqlFlavours())('on a read-only connection to %s', (flavour) => {
  let server: TestMysql
  let sallyport: TestSallyport

  beforeAll(async () => {
    server = await startTarget(flavour)
    const { host, port, user, password, database } = server
    const behind = {
      engine: 'mysql',
      guardrails: ['read-only', 'no-session-escape'],
      target: { host, port, database },
      user,
      password,
    } as const
    sallyport = await startSallyport({
      connections: [
        { ...behind, name: 'reader', floor: { statement_timeout: '300ms' } },
        { ...behind, name: 'patient' },
      ],
    })
  })

  afterAll(async () => {
    await sallyport?.stop()
    await server?.stop()
  })

  test('a changed row, object, account or setting would be seen', async () => {
    let before = await checksum(server)
    const setting = 'SET GLOBAL max_connections = @@global.max_connections + 1'
    for (const change of [
      'UPDATE t SET x = x + 1 WHERE id = 1',
      'CREATE TABLE seen (id INT)',
      'CREATE USER seen',
      setting,
    ]) {
      await server.query(change)
      const after = await checksum(server)
      expect({ change, ...after }).not.toEqual({ change, ...before })
      before = after
    }
  })

  describe.each(PROTOCOLS)('in the %s protocol', (protocol) => {
    const open = (): MysqlSession => new MysqlSession(sallyport, protocol)

    test.each([...families])('%s changes nothing', async (_family, cases) => {
      const before = await checksum(server)
      const session = open()
      try {
        expect(
          await wrongVerdicts(
            session,
            cases.filter(({ only }) => only === undefined || only === flavour),
          ),
        ).toEqual([])
      } finally {
        session.close()
      }
      expect(await checksum(server)).toEqual(before)
      expect(FILES.filter((path) => existsSync(path))).toEqual([])
    })

    test('ordinary SQL is never refused, and runs', async () => {
      const session = open()
      const [refused, failed]: [string[], string[]] = [[], []]
      const statements = [...ordinaryStatements('mysql').values()].flat()
      try {
        for (const text of statements) {
          const { verdict, errorCode, message } = await session.outcome('patient', text, 'rollback')
          if (verdict === 'refused') refused.push(`${message}: ${text}`)
          else if (errorCode !== undefined && !EXPECTED_ERRORS.has(errorCode) && !needsParameters(text, protocol))
            failed.push(`${errorCode} ${message}: ${text}`)
        }
      } finally {
        session.close()
      }
      const share = ((100 * refused.length) / statements.length).toFixed(2)
      process.stdout.write(
        `${flavour} ${server.version}: false refusals ${refused.length} of ${statements.length} (${share} %)\n`,
      )
      expect({ refused, failed }).toEqual({ refused: [], failed: [] })
    })
  })
})

/** A text with parameters is no statement by itself. */
function needsParameters(text: string, protocol: MysqlProtocol): boolean {
  return protocol === 'text' && text.includes('?')
}

/** One line for each case whose verdict is another than it should be. */
async function wrongVerdicts(session: MysqlSession, cases: readonly Case[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const one of cases) {
    const { verdict, message } = await session.outcome('reader', textOf(one))
    const isRight =
      one.verdict === 'refused' ? verdict === 'refused' : one.verdict === 'harmless' || verdict === 'passed'
    if (!isRight) wrong.push(`${verdict} (${message}), not ${one.verdict}: ${shortOf(one)}`)
  }
  return wrong
}
