import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { psql } from '../support/psql.ts'
import { type RelayPort, startRelayPort } from './relay-port.ts'
import { SCHEMA } from './shop.ts'

const COMMANDS = [
  String.raw`\d`,
  String.raw`\d people`,
  String.raw`\d+ v_people`,
  String.raw`\d+ events`,
  String.raw`\dt+`,
  String.raw`\df`,
  String.raw`\dn+`,
  String.raw`\du`,
  String.raw`\l`,
  String.raw`\dp people`,
  String.raw`\sf f_ssn`,
  String.raw`\sv v_upper`,
  'select id, name from people',
  'select o.id, p.name from orders o join people p on p.id = o.person',
  'select sum(total) from orders',
  'explain (costs off) select * from orders',
  'begin; insert into orders values (9, 1, 5) returning *; rollback',
  'select nonsense from people',
  'show search_path',
  "select setting from pg_settings where name = 'work_mem'",
]

describe.each(postgresVersions())('psql on PostgreSQL %i', (version) => {
  let postgres: TestPostgres
  let port: RelayPort

  beforeAll(async () => {
    postgres = await startPostgres({ version })
    await postgres.query(SCHEMA)
    const { user, password } = postgres
    const rules = { columns: [{ match: '*.*.ssn', strategy: 'redact' }] } as const
    port = await startRelayPort({ postgres, user, password, rules })
  })

  afterAll(async () => {
    await port?.stop()
    await postgres?.stop()
  })

  test.each(COMMANDS)('%s shows the same as without masking', async (command) => {
    const { user, password } = postgres
    const run = (at: number) =>
      psql(command, { port: at, user, password, database: 'postgres', args: ['-v', 'VERBOSITY=terse'] })
    const [direct, relayed] = [await run(postgres.port), await run(port.port)]
    expect(relayed).toEqual(direct)
  })
})
