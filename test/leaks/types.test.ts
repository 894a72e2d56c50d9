import { cellMask, resolveType } from '@sallyport/masking'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { WireClient } from './wire.ts'

interface TypeRow {
  readonly oid: number
  readonly name: string
}

describe.each(postgresVersions())('PostgreSQL %i takes every redacted value for what it stands for', (version) => {
  let postgres: TestPostgres
  let client: WireClient
  let types: readonly TypeRow[]

  beforeAll(async () => {
    postgres = await startPostgres({ version, hba: ['host all all 127.0.0.1/32 trust'] })
    types = await postgres.query<TypeRow>(
      "select oid::int4 as oid, typname as name from pg_type where oid < 10000 and typtype <> 'p' and typtype <> 'c' order by oid",
    )
    client = await WireClient.open(postgres.port, { user: postgres.user, database: 'postgres' })
  })

  afterAll(async () => {
    client?.end()
    await postgres?.stop()
  })

  test.each(['text', 'binary'] as const)('in the %s format', async (format) => {
    const refused: string[] = []
    let taken = 0
    for (const { oid, name } of types) {
      const type = resolveType(oid, undefined)
      const mask = cellMask({ strategy: 'redact' }, { type, typeModifier: -1, format }, undefined)
      if (mask.kind !== 'constant') continue
      const errors = client.messages.filter((message) => message.type === 'ErrorResponse').length
      const count = client.readyCount + 1
      client.send(
        { type: 'Parse', name: '', query: 'select $1', parameterTypes: [oid] },
        {
          type: 'Bind',
          portal: '',
          statement: '',
          parameterFormats: [format === 'binary' ? 1 : 0],
          parameters: [mask.bytes],
          resultFormats: [],
        },
        { type: 'Execute', portal: '', maxRows: 0 },
        { type: 'Sync' },
      )
      await client.ready(count)
      const now = client.messages.filter((message) => message.type === 'ErrorResponse').length
      if (now > errors) refused.push(name)
      taken += 1
    }
    expect(refused).toEqual([])
    expect(taken).toBeGreaterThan(100)
  })
})
