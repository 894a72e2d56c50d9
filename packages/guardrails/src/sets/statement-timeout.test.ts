import { expect, test } from 'vitest'
import { compileRule } from '../compile.ts'
import { ask, facts } from '../testdata/facts.ts'
import { statementTimeout } from './statement-timeout.ts'

test('bounds every statement, and refuses none', () => {
  for (const kind of ['select', 'delete', 'copy']) {
    const findings = statementTimeout.map((rule) => compileRule(rule).judge(ask(facts({ kind }))))
    expect(findings).toMatchObject([{ rule: 'statement-timeout', action: 'limit' }])
  }
  expect(statementTimeout.map(({ limits }) => limits.timeoutMs)).toEqual([30_000])
})
