import { beforeAll, describe, expect, test } from 'vitest'
import { loadPostgres, type PostgresAnalyser } from './analyser.ts'

let analyser: PostgresAnalyser

beforeAll(async () => {
  analyser = await loadPostgres()
})

describe('the stream of a COPY TO STDOUT', () => {
  const text = { format: 'text', delimiter: '\t', nullText: String.raw`\N`, quote: '"', escape: '"', header: false }
  const csv = { ...text, format: 'csv', delimiter: ',', nullText: '' }
  const t = { schema: undefined, name: 't', columns: 'all' }

  test.each<[string, unknown]>([
    ['copy t to stdout', { ...text, table: t }],
    ['copy s.t (a, "B") to stdout', { ...text, table: { schema: 's', name: 't', columns: ['a', 'B'] } }],
    ['copy (select 1) to stdout csv header', { ...csv, header: true, table: undefined }],
    ['copy t to stdout binary', { ...text, format: 'binary', table: t }],
    [
      String.raw`copy t to stdout (format csv, header, delimiter ';', null 'x', quote '''', escape '\', force_quote *)`,
      { format: 'csv', delimiter: ';', nullText: 'x', quote: "'", escape: '\\', header: true, table: t },
    ],
    [
      "copy t to stdout with delimiter '|' csv quote '~'",
      { ...csv, delimiter: '|', quote: '~', escape: '~', table: t },
    ],
    ['copy t to stdout (header false)', { ...text, table: t }],
  ])('%s', (given, expected) => {
    expect(analyser.copyStream(given)).toEqual(expected)
  })

  test.each([
    'copy t from stdin',
    "copy t to '/tmp/x'",
    "copy t to program 'cat'",
    'copy t to stdout (format csv, format text)',
    'copy t to stdout (something new)',
    'copy t to stdout (header match)',
    'select 1; copy t to stdout',
    'select 1',
    'no sql',
  ])('%s is not told', (given) => {
    expect(analyser.copyStream(given)).toBeUndefined()
  })
})
