import { parseIdentifierList, parseOptions } from '@sallyport/pg-wire'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresVersions, startPostgres, type TestPostgres } from '../support/index.ts'

describe.each(postgresVersions())('the options of a StartupMessage, PostgreSQL %i', (version) => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres({ version })
  })
  afterAll(() => server?.stop())

  // Pieces that meet each other in every way: switches, names, escapes, white space.
  const piece = fc.constantFrom(
    '-c',
    '--',
    ' ',
    '  ',
    '\t',
    '\n',
    '\\',
    '\\ ',
    '\\\\',
    'application_name=',
    'application-name=',
    'Application_Name=',
    'a',
    'b=c',
    '=',
    '-',
    '-e',
    "'",
    '"',
    '\u00E9',
  )
  const text = fc.array(piece, { maxLength: 10 }).map((pieces) => `-c application_name=x ${pieces.join('')}`)

  it('that are taken mean to the server what they were read as', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(text, async (options) => {
        const settings = parseOptions(options)
        if (settings?.every(({ name }) => name.toLowerCase() === 'application_name') !== true) return
        taken++
        const client = await server.connect({ options })
        try {
          const { rows } = await client.query<{ name: string }>(`SELECT current_setting('application_name') AS name`)
          expect(ascii(rows[0]?.name ?? '')).toBe(ascii(settings.at(-1)?.value ?? ''))
        } finally {
          await client.end()
        }
      }),
      { numRuns: 300, interruptAfterTimeLimit: 8000 },
    )
    expect(taken).toBeGreaterThan(20)
  })

  it('with a list of schemas name to the server the schemas that were read', async () => {
    const client = await server.connect()
    await client.query(
      'CREATE SCHEMA IF NOT EXISTS a; CREATE SCHEMA IF NOT EXISTS b; CREATE SCHEMA IF NOT EXISTS "A,""b"',
    )
    const schemas = ['a', 'b', 'A,"b', 'pg_catalog', 'public']
    const name = fc.constantFrom('a', 'A', 'b', '"a"', '"A,""b"', '"A"', 'PG_CATALOG', 'public', 'c', '"a', 'a"', '')
    const list = fc.array(fc.tuple(name, fc.constantFrom(',', ' , ', ' ', '')), { maxLength: 5 })
    let taken = 0
    await fc.assert(
      fc.asyncProperty(list, async (parts) => {
        const path = parts
          .flat()
          .join('')
          .replace(/ ?, ?$/u, '')
        const names = parseIdentifierList(path)
        if (names === undefined) return
        taken++
        await client.query(`SELECT pg_catalog.set_config('search_path', $1, false)`, [path])
        const { rows } = await client.query<{ names: string[] }>('SELECT current_schemas(false)::text[] AS names')
        expect(rows[0]?.names).toEqual([...new Set(names)].filter((each) => schemas.includes(each)))
      }),
      { numRuns: 400, interruptAfterTimeLimit: 5000 },
    )
    expect(taken).toBeGreaterThan(50)
    await client.end()
  })

  it.each(['-c role=nobody -c', '-c', '--application_name', 'application_name=x', '-c =x', '--=x', '-z', '-c a b'])(
    '%j is refused by the server as it is here',
    async (options) => {
      expect(parseOptions(options)).toBeUndefined()
      await expect(server.connect({ options })).rejects.toThrow(/requires a value|invalid|unrecognized|does not exist/u)
    },
  )
})

/** Servers replace what is not printable ASCII in an application name, each in its own way. */
function ascii(text: string): string {
  return text.replaceAll(/(?:\\x[0-9a-f]{2}|\?|[^\u0020-\u007e])+/gu, '?')
}
