import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planRow, type PlanRow, weighPlan } from './plan-weight.ts'

function row(part: Partial<PlanRow> = {}): PlanRow {
  return { block: 1, selectType: 'SIMPLE', accessType: 'ALL', rows: 1000, filtered: 100, extra: '', ...part }
}

describe('a row of a plan', () => {
  test('is read with its columns as MySQL has them, and as MariaDB has them', () => {
    expect(
      planRow(['1', 'SIMPLE', 't', undefined, 'ref', 'k', 'k', '5', 'const', '16400', '33.33', 'Using where']),
    ).toEqual({
      block: 1,
      selectType: 'SIMPLE',
      accessType: 'ref',
      rows: 16_400,
      filtered: 33.33,
      extra: 'Using where',
    })
    expect(planRow(['2', 'DERIVED', 't', 'ALL', undefined, undefined, undefined, undefined, '20387', ''])).toEqual({
      block: 2,
      selectType: 'DERIVED',
      accessType: 'ALL',
      rows: 20_387,
      filtered: 100,
      extra: '',
    })
  })

  test('may have no number, and is none in another format', () => {
    const none = [
      undefined,
      'UNION RESULT',
      '<union1,2>',
      'ALL',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      '',
    ]
    expect(planRow(none)).toMatchObject({ block: undefined, rows: undefined })
    expect(planRow(['-> Table scan on t'])).toBeUndefined()
    expect(planRow([])).toBeUndefined()
  })
})

describe('a plan weighs', () => {
  test.each<[string, readonly PlanRow[], number]>([
    ['the rows of its table', [row()], 1000],
    ['each table for every row of those before it', [row(), row({ rows: 10 })], 1000 + 1000 * 10],
    ['only what goes on of them', [row({ filtered: 10 }), row({ rows: 10 })], 1000 + 100 * 10],
    ['what is in no other query once', [row(), row({ block: 2, selectType: 'SUBQUERY', rows: 500 })], 1500],
    [
      'a dependent query for each row around it',
      [row({ selectType: 'PRIMARY' }), row({ block: 2, selectType: 'DEPENDENT SUBQUERY', rows: 500 })],
      1000 + 1000 * 500,
    ],
    [
      'one that cannot be kept as one that depends',
      [row({ selectType: 'PRIMARY' }), row({ block: 2, selectType: 'UNCACHEABLE SUBQUERY', rows: 2 })],
      3000,
    ],
    [
      'queries in queries for each row of both',
      [
        row({ selectType: 'PRIMARY', rows: 10 }),
        row({ block: 2, selectType: 'DEPENDENT SUBQUERY', rows: 20 }),
        row({ block: 3, selectType: 'DEPENDENT SUBQUERY', rows: 30 }),
      ],
      10 + 10 * 20 + 10 * 20 * 30,
    ],
    [
      'every part of a union, and not its result',
      [
        row({ selectType: 'PRIMARY' }),
        row({ block: 2, selectType: 'UNION' }),
        row({ block: undefined, selectType: 'UNION RESULT', rows: undefined }),
      ],
      2000,
    ],
    ['nothing where nothing is read', [row({ accessType: undefined, rows: undefined, extra: 'No tables used' })], 0],
    ['nothing for what is inserted into', [row({ selectType: 'INSERT', rows: undefined }), row()], 1000],
    ['what a DELETE of all rows says', [row({ accessType: undefined, extra: 'Deleting all rows' })], 1000],
    ['a table that is thought to be empty as one row', [row({ rows: 0, filtered: 0 }), row()], 1 + 1000],
    [
      '1000 rows for a table without a number',
      [row({ rows: undefined }), row({ rows: undefined })],
      1000 + 1000 * 1000,
    ],
  ])('%s', (_what, plan, cost) => {
    expect(weighPlan(plan, undefined)).toMatchObject({ cost })
  })

  test('what a LIMIT leaves of its one table, where every row that is read is wanted', () => {
    expect(weighPlan([row()], 10)).toEqual({ cost: 10, rows: 10 })
    expect(weighPlan([row({ extra: 'Using index' })], 10)).toMatchObject({ cost: 10 })
    expect(weighPlan([row()], 5000)).toMatchObject({ cost: 1000 })
    for (const extra of ['Using where', 'Using filesort', 'Using temporary']) {
      expect(weighPlan([row({ extra })], 10)).toMatchObject({ cost: 1000 })
    }
    expect(weighPlan([row(), row()], 10)).toMatchObject({ cost: 1_001_000 })
  })

  test('nothing that can be told when it recurs, or when there is no plan', () => {
    for (const recursive of [row({ selectType: 'RECURSIVE UNION' }), row({ extra: 'Recursive; Using where' })]) {
      expect(weighPlan([row(), recursive], undefined)).toHaveProperty('failure')
    }
    expect(weighPlan([], undefined)).toHaveProperty('failure')
  })
})

test('any plan weighs a whole number that can be sent, and no less with one more table', () => {
  const rows = fc.record({
    block: fc.integer({ min: 1, max: 4 }),
    selectType: fc.constantFrom(
      'SIMPLE',
      'PRIMARY',
      'UNION',
      'SUBQUERY',
      'DEPENDENT SUBQUERY',
      'DERIVED',
      'MATERIALIZED',
    ),
    accessType: fc.constantFrom('ALL', 'ref', undefined),
    rows: fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: undefined }),
    filtered: fc.double({ min: 0, max: 100, noNaN: true }),
    extra: fc.constantFrom('', 'Using where'),
  })
  const costOf = (plan: readonly PlanRow[]): number => {
    const weight = weighPlan(plan, undefined)
    return 'failure' in weight ? Number.NaN : weight.cost
  }
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 8 }), rows, (plan, more) => {
      const cost = costOf(plan)
      expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true)
      expect(costOf([...plan, more])).toBeGreaterThanOrEqual(cost)
    }),
    { numRuns: 500 },
  )
})
