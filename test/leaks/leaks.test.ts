import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type RelayPort, startRelayPort } from './relay-port.ts'
import { EVASIONS, GIVEAWAYS, SCHEMA } from './shop.ts'
import { WireClient } from './wire.ts'

const RULES = {
  columns: [
    { match: '*.*.ssn', strategy: 'redact' },
    { match: '*.people.salary', strategy: 'redact' },
  ],
} as const

describe.each(postgresVersions())('PostgreSQL %i: no clear value leaves the agent', (version) => {
  let postgres: TestPostgres
  let port: RelayPort
  let client: WireClient

  beforeAll(async () => {
    postgres = await startPostgres({ version })
    await postgres.query(SCHEMA)
    const { user, password } = postgres
    port = await startRelayPort({ postgres, user, password, rules: RULES })
  })

  afterAll(async () => {
    await port?.stop()
    await postgres?.stop()
  })

  beforeEach(async () => {
    client = await WireClient.open(port.port)
  })

  afterEach(() => {
    client.end()
  })

  test.each(EVASIONS)('$name, simple protocol', async ({ statements }) => {
    for (const statement of statements) await client.query(statement)
    expectNoGiveaway(client.bytes)
    expect(client.closed).toBe(false)
  })

  const extended = EVASIONS.filter((evasion) => evasion.extended !== false)
  describe.each([
    ['text', { binary: false, describe: 'portal' }],
    ['binary', { binary: true, describe: 'portal' }],
    ['binary, the statement described', { binary: true, describe: 'statement' }],
    ['text, nothing described', { binary: false, describe: 'none' }],
  ] as const)('extended protocol, %s', (_name, how) => {
    test.each(extended)('$name', async ({ statements }) => {
      for (const statement of statements) await client.extended(statement, how)
      expectNoGiveaway(client.bytes)
      expect(client.closed).toBe(false)
    })
  })
})

function expectNoGiveaway(bytes: Buffer): void {
  const found = GIVEAWAYS.filter((giveaway) => bytes.includes(giveaway)).map(String)
  expect(found).toEqual([])
}
