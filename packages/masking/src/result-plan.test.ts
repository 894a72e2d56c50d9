import type { Statement } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { maskColumnNames } from './column-names.ts'
import { type Exposure, exposureOf, type SessionExposure } from './exposure.ts'
import { planResult, type ResultField } from './result-plan.ts'
import { catalogOf, protectionOf, relation, SSN_RULE, statement } from './testdata/shop.ts'

const CATALOG = catalogOf([
  relation(1, 'people', ['id', 'name', 'email', 'ssn']),
  relation(2, 'orders', ['id', 'total']),
  relation(3, 'v_people', ['code'], { kind: 'view', reads: [1] }),
  relation(4, 'v_of_view', ['code'], { kind: 'materialized-view', reads: [3, 2] }),
  relation(5, 'v_orders', ['total'], { kind: 'view', reads: [2] }),
  relation(6, 'v_calls', ['x'], { kind: 'view', functions: ['public.f'] }),
  relation(7, 'people_eu', ['id', 'ssn'], { parents: [1] }),
  relation(8, 'staff', ['id', 'ssn']),
  relation(9, 'staff_part', ['ssn', 'id'], { parents: [8] }),
  relation(10, 'pg_stats', ['tablename', 'most_common_vals'], { schema: 'pg_catalog', kind: 'view' }),
  relation(11, 't', ['z'], { schema: 'pg_temp_3', temporary: true }),
  relation(12, 'people', ['id', 'total'], { schema: 'archive' }),
])
const PROTECTION = protectionOf([SSN_RULE, { match: 'public.staff_part.ssn', strategy: 'null' }], CATALOG)
const CLEAN: SessionExposure = { tainted: false, doubtful: false, named: () => 'unknown' }
const TAINTED: SessionExposure = { ...CLEAN, tainted: true }
const DOUBTFUL: SessionExposure = { ...CLEAN, doubtful: true }

function field(tableOid: number, attribute: number, more: Partial<ResultField> = {}): ResultField {
  return { name: 'x', tableOid, attribute, typeOid: 25, typeModifier: -1, format: 'text', ...more }
}

function plan(
  fields: readonly ResultField[],
  exposure: Exposure,
  more: { readonly output?: Statement['output']; readonly tainted?: boolean; readonly doubtful?: boolean } = {},
): readonly (string | undefined)[] {
  const result = planResult({
    fields,
    exposure,
    output: more.output ?? 'unknown',
    tainted: more.tainted ?? false,
    doubtful: more.doubtful ?? false,
    protection: PROTECTION,
    hmac: undefined,
  })
  return result.masks.map((mask) => mask?.strategy)
}

const reads = (name: string, schema?: string): Statement =>
  statement({ relations: [{ schema, name, access: 'read', columns: 'all' }] })

describe('planResult', () => {
  test('a column whose origin is protected is masked, under any exposure and name', () => {
    expect(plan([field(1, 1), field(1, 4, { name: 'id_no' })], 'none')).toEqual([undefined, 'redact'])
  })

  test('a whole row of a protected relation is masked, a system column is not', () => {
    expect(plan([field(1, 0, { typeOid: 99_999 }), field(1, -1), field(2, 0)], 'protected')).toEqual([
      'null',
      undefined,
      undefined,
    ])
  })

  test('an output without origin is masked unless nothing protected is in reach', () => {
    expect(plan([field(0, 0)], 'none')).toEqual([undefined])
    expect(plan([field(0, 0)], 'protected')).toEqual(['redact'])
    expect(plan([field(0, 0)], 'unknown')).toEqual(['redact'])
  })

  test('lineage can clear an output without origin, but never under unknown code', () => {
    const output: Statement['output'] = [
      { name: 'count', sources: [], how: 'derived' },
      { name: 'upper', sources: [{ schema: undefined, relation: 'people', column: 'name' }], how: 'derived' },
      { name: 'md5', sources: [{ schema: undefined, relation: 'people', column: 'ssn' }], how: 'derived' },
      { name: 'f', sources: 'unknown', how: 'derived' },
    ]
    const fields = output.map(() => field(0, 0))
    expect(plan(fields, 'protected', { output })).toEqual([undefined, undefined, 'redact', 'redact'])
    expect(plan(fields, 'unknown', { output })).toEqual(['redact', 'redact', 'redact', 'redact'])
    expect(plan(fields.slice(1), 'protected', { output })).toEqual(['redact', 'redact', 'redact'])
  })

  test('views over protected relations are masked through any number of views, others are not', () => {
    expect(plan([field(3, 1), field(4, 1), field(5, 1), field(6, 1)], 'none')).toEqual([
      'redact',
      'redact',
      undefined,
      'redact',
    ])
  })

  test('partitions and inheritance share the rules of the family, the strictest first', () => {
    expect(plan([field(7, 2), field(8, 2), field(9, 1), field(9, 2)], 'none')).toEqual([
      'redact',
      'null',
      'null',
      undefined,
    ])
  })

  test('statistics are protected once there is any rule', () => {
    expect(plan([field(10, 1), field(10, 2)], 'none')).toEqual([undefined, 'redact'])
  })

  test('a temporary table is masked once unseen code has run', () => {
    expect(plan([field(11, 1)], 'none')).toEqual([undefined])
    expect(plan([field(11, 1)], 'none', { tainted: true })).toEqual(['redact'])
  })

  test('an origin that the catalogue does not hold is masked and reported', () => {
    const result = planResult({
      fields: [field(77, 1), field(1, 9)],
      exposure: 'none',
      output: 'unknown',
      tainted: false,
      doubtful: false,
      protection: PROTECTION,
      hmac: undefined,
    })
    expect(result.stale).toBe(true)
    expect(result.masks.map((mask) => mask?.strategy)).toEqual(['redact', 'redact'])
  })
})

describe('exposureOf', () => {
  test.each<[string, Statement, SessionExposure, Exposure]>([
    ['a relation without rules', reads('orders'), CLEAN, 'none'],
    ['a protected relation', reads('people'), CLEAN, 'protected'],
    ['its namesake elsewhere, named with its schema', reads('people', 'archive'), CLEAN, 'none'],
    ['a view over it', reads('v_of_view'), CLEAN, 'protected'],
    ['a relation that is not there', reads('nowhere'), CLEAN, 'protected'],
    [
      'a relation that is being made',
      statement({
        kind: 'create-table',
        relations: [{ schema: undefined, name: 'new', access: 'write', columns: 'all' }],
      }),
      CLEAN,
      'none',
    ],
    ['code that the text does not show', statement({ effects: new Set(['read', 'unknown']) }), CLEAN, 'unknown'],
    ['DO', statement({ kind: 'do', effects: new Set(['procedural']) }), CLEAN, 'unknown'],
    [
      'a function that shows the text of others',
      statement({ functions: [{ schema: undefined, name: 'pg_cursor', effects: new Set(['read']) }] }),
      CLEAN,
      'unknown',
    ],
    ['SHOW', statement({ kind: 'show' }), CLEAN, 'none'],
    ['SHOW after unseen code', statement({ kind: 'show' }), TAINTED, 'unknown'],
    ['a temporary table after unseen code', reads('t'), TAINTED, 'protected'],
    [
      'EXECUTE',
      statement({ session: { type: 'execute', name: 's' } }),
      { ...CLEAN, named: () => 'protected' },
      'protected',
    ],
  ])('%s', (_what, given, session, expected) => {
    expect(exposureOf(given, PROTECTION, session).exposure).toBe(expected)
  })

  test('without rules nothing is exposed', () => {
    expect(exposureOf(reads('people'), protectionOf([], CATALOG), TAINTED).exposure).toBe('none')
  })

  test('a view is in doubt once the session may have replaced it', () => {
    expect(exposureOf(reads('v_orders'), PROTECTION, CLEAN)).toEqual({ exposure: 'none', stale: false })
    expect(exposureOf(reads('v_orders'), PROTECTION, DOUBTFUL)).toEqual({ exposure: 'protected', stale: true })
    expect(plan([field(5, 1), field(2, 1)], 'none', { doubtful: true })).toEqual(['redact', undefined])
  })
})

describe('maskColumnNames', () => {
  const names = (fields: readonly ResultField[], text: string | undefined, exposure: Exposure, tainted = false) =>
    maskColumnNames(fields, text, exposure, tainted, PROTECTION)

  test('names stay when the text and the catalogue are known', () => {
    expect(names([field(0, 0, { name: '123' })], 'select 1', 'protected')).toBeUndefined()
  })

  test('under unseen code a name stays when the text or the catalogue gives it', () => {
    const fields = [
      field(1, 2, { name: 'name' }),
      field(0, 0, { name: 'f_ssn' }),
      field(0, 0, { name: '123-45-6789' }),
      field(0, 0, { name: '?column?' }),
    ]
    expect(names(fields, 'select name, F_SSN(1) from …', 'unknown')).toEqual(['name', 'f_ssn', 'column3', '?column?'])
  })

  test('a column of a temporary table may be named after a value', () => {
    expect(names([field(11, 1, { name: 'z' })], 'select * from t', 'none')).toBeUndefined()
    expect(names([field(11, 1, { name: '123-45-6789' })], 'select * from t', 'protected', true)).toEqual(['column1'])
  })
})
