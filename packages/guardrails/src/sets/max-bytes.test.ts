import { expect, test } from 'vitest'
import { compileRule } from '../compile.ts'
import { ask, facts } from '../testdata/facts.ts'
import { maxBytes } from './max-bytes.ts'

test('bounds every statement, and refuses none', () => {
  for (const kind of ['select', 'delete', 'copy']) {
    const findings = maxBytes.map((rule) => compileRule(rule).judge(ask(facts({ kind }))))
    expect(findings).toMatchObject([{ rule: 'max-bytes', action: 'limit' }])
  }
  expect(maxBytes.map(({ limits }) => limits.bytes)).toEqual([64 * 1024 * 1024])
})
