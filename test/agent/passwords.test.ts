import { openDatabase, Password } from '@sallyport/agent'
import * as fc from 'fast-check'
import { escapeLiteral } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/index.ts'

describe.each(postgresVersions())('a password, PostgreSQL %i', (version) => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres({ version, users: [{ name: 'shop', password: 'x' }] })
  })
  afterAll(() => server?.stop())

  // What SASLprep treats in some way of its own: spaces, marks, wide forms, right-to-left letters, what is prohibited or unassigned.
  const special = fc.constantFrom(
    ...Array.from(
      '\u00A0\u00AD\u0308\u0344\u034F\u0627\u0628\u0661\u05D0\u1680\u180E\u2000\u200B\u200C\u200D\u2028\u2060\u2168\u2126\uFB01\uFEFF\uFF21\uFFFD\u0007\u007F\u0340\u0341\u200E\u202A\u206A\uE000\u0221\u0234\u1E9E',
    ),
    '\u{1D400}',
    '\u{1F600}',
    '\u{2F868}',
    '\u{E0001}',
    '\u{F0000}',
  )
  const character = fc.oneof(
    special,
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  const password = fc
    .array(character, { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join('').replaceAll('\0', ''))
    .filter((text) => text !== '')

  it('of any characters logs in, prepared as the server prepared it', async () => {
    const client = await server.connect()
    client.on('error', () => {})
    const { port } = server
    const target = {
      host: '127.0.0.1',
      port,
      database: 'postgres',
      tls: 'disable',
      ca: undefined,
      own: undefined,
    } as const
    await fc.assert(
      fc.asyncProperty(password, async (text) => {
        await client.query(`ALTER ROLE shop PASSWORD ${escapeLiteral(text)}`)
        const lease = { user: 'shop', password: new Password(text) }
        const settings = new Map<string, string>()
        const database = await openDatabase(
          { target, lease, settings, timeoutMs: 10_000 },
          new AbortController().signal,
        )
        expect(database.authentication.method).toBe('scram-sha-256')
        database.close()
      }),
      { numRuns: 200, interruptAfterTimeLimit: 5000 },
    )
    await client.end()
  })
})
