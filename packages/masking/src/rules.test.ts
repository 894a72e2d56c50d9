import { describe, expect, test } from 'vitest'
import { ColumnRules } from './column-rules.ts'
import { MaskingError } from './errors.ts'
import { parseMaskingRules } from './rules.ts'

describe('parseMaskingRules', () => {
  test('fills in what a rule leaves out', () => {
    expect(parseMaskingRules({ columns: [{ match: '*.people.email', strategy: 'partial' }] })).toEqual({
      columns: [{ match: '*.people.email', strategy: 'partial', keepFirst: 0, keepLast: 4, keepDomain: true }],
    })
  })

  test.each([
    [null],
    [[]],
    [{ column: [] }],
    [{ columns: {} }],
    [{ columns: [{ match: 'people.email', strategy: 'redact' }] }],
    [{ columns: [{ match: '*..email', strategy: 'redact' }] }],
    [{ columns: [{ match: '*.people.email', strategy: 'rot13' }] }],
    [{ columns: [{ match: '*.people.email', strategy: 'redact', keepLast: 2 }] }],
    [{ columns: [{ match: '*.people.email', strategy: 'partial', keepLast: -1 }] }],
    [{ columns: [{ match: '*.people.email', strategy: 'partial', keep: 1 }] }],
  ])('%j is refused', (json) => {
    expect(() => parseMaskingRules(json)).toThrow(MaskingError)
  })
})

describe('ColumnRules', () => {
  const of = (...sources: readonly (readonly unknown[])[]): ColumnRules =>
    new ColumnRules(sources.map((columns) => parseMaskingRules({ columns })))

  test('a pattern matches part by part, in any letter case', () => {
    const rules = of([{ match: 'sh*p.cust*s.E*mail', strategy: 'null' }])
    expect(rules.strategy('shop', 'Customers', 'email')?.strategy).toBe('null')
    expect(rules.strategy('shop', 'customers', 'e_mail')?.strategy).toBe('null')
    expect(rules.strategy('shop', 'customers.x', 'mail')).toBeUndefined()
    expect(rules.strategy('sp', 'customers', 'email')).toBeUndefined()
  })

  test('the first match of a source decides', () => {
    const rules = of([
      { match: 'public.people.ssn', strategy: 'partial' },
      { match: '*.*.ssn', strategy: 'redact' },
    ])
    expect(rules.strategy('public', 'people', 'ssn')?.strategy).toBe('partial')
    expect(rules.strategy('public', 'staff', 'ssn')?.strategy).toBe('redact')
  })

  test('no source can relax another', () => {
    const floor = [{ match: '*.*.ssn', strategy: 'redact' }]
    const policy = [{ match: '*.*.ssn', strategy: 'partial' }]
    expect(of(floor, policy).strategy('public', 'people', 'ssn')?.strategy).toBe('redact')
    expect(of(policy, floor).strategy('public', 'people', 'ssn')?.strategy).toBe('redact')
  })

  test('a bare * leaves the schemas of the server alone, their name does not', () => {
    expect(
      of([{ match: '*.*.name', strategy: 'redact' }]).strategy('pg_catalog', 'pg_settings', 'name'),
    ).toBeUndefined()
    expect(of([{ match: 'pg_catalog.*.name', strategy: 'redact' }]).strategy('pg_catalog', 'x', 'name')).toBeDefined()
  })
})
