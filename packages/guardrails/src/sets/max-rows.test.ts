import { expect, test } from 'vitest'
import { compileRule } from '../compile.ts'
import { ask, facts } from '../testdata/facts.ts'
import { maxRows } from './max-rows.ts'

test('bounds every statement, and refuses none', () => {
  for (const kind of ['select', 'delete', 'copy']) {
    const findings = maxRows.map((rule) => compileRule(rule).judge(ask(facts({ kind }))))
    expect(findings).toMatchObject([{ rule: 'max-rows', action: 'limit' }])
  }
  expect(maxRows.map(({ limits }) => limits.rows)).toEqual([10_000])
})
