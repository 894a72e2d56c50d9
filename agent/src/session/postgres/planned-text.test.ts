import { loadPostgres, NO_USER_CODE, StatementCache } from '@sallyport/sql'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plannedText } from './planned-text.ts'
import { createStatementReader } from './statement-reader.ts'

const analyser = await loadPostgres()
const reader = createStatementReader({
  analyser,
  cache: new StatementCache(),
  functions: new Map(),
  userCode: () => NO_USER_CODE,
  readLongText: () => Promise.reject(new Error('no text here is long')),
})
const planned = (text: string): ReturnType<typeof plannedText> => plannedText(text, reader)

describe('what the planner is asked', () => {
  test.each([
    ['SELECT 1', 'SELECT 1'],
    ['DELETE FROM t;', 'DELETE FROM t;'],
    ['(VALUES (1)) -- all', '(VALUES (1)) -- all'],
    ['DECLARE c CURSOR FOR SELECT 1', 'DECLARE c CURSOR FOR SELECT 1'],
    ['EXECUTE p(1)', 'EXECUTE p(1)'],
    ['CREATE TABLE a AS SELECT 1', 'CREATE TABLE a AS SELECT 1'],
    ["copy (select 1 where ')' = ')') to stdout (format csv)", "select 1 where ')' = ')'"],
    ['EXPLAIN ANALYZE SELECT 1', 'SELECT 1'],
    ['explain analyse verbose select 1', ' select 1'],
    ['EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t', ' DELETE FROM t'],
    ['EXPLAIN (ANALYZE false) SELECT 1', ' SELECT 1'],
    ['-- a\nEXPLAIN/* b */ANALYZE/* c */SELECT 1', 'SELECT 1'],
  ])('%s', async (text, part) => {
    expect(await planned(text)).toEqual({ explain: `EXPLAIN (FORMAT JSON) ${part}` })
  })
})

test.each(['EXPLAIN SELECT 1', 'explain verbose delete from t', 'EXPLAIN (COSTS, FORMAT json) SELECT 1'])(
  'an EXPLAIN that runs nothing is free: %s',
  async (text) => {
    expect(await planned(text)).toEqual({ free: true })
  },
)

test.each([
  'SELECT 1; DELETE FROM t',
  '',
  'SELEC 1',
  'COPY t TO STDOUT',
  'SET a = 1',
  'VACUUM t',
  'EXPLAIN (SELECT 1)',
  '/* /* nested */ */ EXPLAIN ANALYZE SELECT 1',
  'ANALYZE SELECT 1',
  ') SELECT 1',
])('what cannot be planned is not sent: %s', async (text) => {
  expect(await planned(text)).toHaveProperty('failure')
})

test('whatever is asked, it is one EXPLAIN that runs nothing', async () => {
  const part = fc.constantFrom(...PARTS)
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.constantFrom('', ' '), async (parts, gap) => {
      const answer = await planned(parts.join(gap))
      if (!('explain' in answer)) return
      const analysis = analyser.analyse(answer.explain, {
        searchPath: ['public'],
        functions: new Map(),
        catalogue: undefined,
        userCode: NO_USER_CODE,
      })
      expect(analysis).toMatchObject({ ok: true, statements: [{ kind: 'explain' }] })
      // Were it an EXPLAIN ANALYZE, it would have the effect of what it runs.
      expect(analysis.ok && [...(analysis.statements[0]?.effects ?? [])]).not.toContain('write')
    }),
    { interruptAfterTimeLimit: 2500 },
  )
})

const PARTS: readonly string[] =
  `EXPLAIN|ANALYZE|ANALYSE|VERBOSE|(ANALYZE)|(COSTS OFF)|(FORMAT JSON|)|(|/*|*/|--|\n| |SELECT 1|DELETE FROM t|;|COPY (|) TO STDOUT|'|$$|EXECUTE p|"|DECLARE c CURSOR FOR|U&`.split(
    '|',
  )
