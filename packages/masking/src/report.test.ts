import { describe, expect, test } from 'vitest'
import type { Exposure } from './exposure.ts'
import { maskReport, type ReportField } from './report.ts'

const report = (fields: Readonly<Record<string, string>>): readonly ReportField[] =>
  Object.entries(fields).map(([code, value]) => ({ code, value }))

const masked = (fields: Readonly<Record<string, string>>, exposure: Exposure): Record<string, string> =>
  Object.fromEntries(maskReport(report(fields), exposure).map(({ code, value }) => [code, value]))

const CAST = {
  S: 'ERROR',
  V: 'ERROR',
  C: '22P02',
  M: 'invalid input syntax for type integer: "123-45-6789"',
  R: 'pg_strtoint32',
}
const DUPLICATE = {
  S: 'ERROR',
  C: '23505',
  M: 'duplicate key value violates "people_ssn_key"',
  D: 'Key (ssn)=(123-45-6789) already exists.',
  n: 'people_ssn_key',
}
const UNDEFINED = { S: 'ERROR', C: '42703', M: 'column "snn" does not exist', H: 'Perhaps …', P: '8' }
const RAISED = { S: 'ERROR', C: '12345', M: '123-45-6789', D: 'x', H: 'y', W: 'z', c: '123-45-6789', P: '3' }

describe('maskReport', () => {
  test('a report passes whole when nothing protected is in reach', () => {
    expect(masked(CAST, 'none')).toEqual(CAST)
  })

  test('a message that quotes a value is replaced, what tells where to look stays', () => {
    expect(masked(CAST, 'protected')).toEqual({
      ...CAST,
      M: 'a value does not fit what was asked of it (text withheld: it could show a masked value)',
    })
  })

  test('a message without values stays, the detail with the key does not', () => {
    const { D: _, ...rest } = DUPLICATE
    expect(masked(DUPLICATE, 'protected')).toEqual(rest)
  })

  test('an error of parse analysis keeps its message, and loses it when the server ran a query of its own', () => {
    expect(masked(UNDEFINED, 'protected')['M']).toBe(UNDEFINED.M)
    expect(masked({ ...UNDEFINED, q: 'select …' }, 'protected')['M']).not.toContain('snn')
    const { P: _, ...atRunTime } = UNDEFINED
    expect(masked(atRunTime, 'protected')['M']).not.toContain('snn')
  })

  test('unseen code chooses neither text, nor names, nor a SQLSTATE of its own', () => {
    expect(masked(RAISED, 'unknown')).toEqual({
      S: 'ERROR',
      C: 'P0001',
      M: 'code in the database raised an error (text withheld: it could show a masked value)',
      P: '3',
    })
    expect(masked(DUPLICATE, 'unknown')['M']).not.toContain('people')
  })
})
