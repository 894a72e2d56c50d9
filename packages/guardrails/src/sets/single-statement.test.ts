import { describe, expect, it } from 'vitest'
import { compileRule } from '../compile.ts'
import { ask, facts } from '../testdata/facts.ts'
import { singleStatement } from './single-statement.ts'

describe('single-statement', () => {
  it('refuses a text of several statements once, as a whole', () => {
    const [rule] = singleStatement.map(compileRule)
    expect(rule?.judge(ask(facts(), { count: 1 }))).toBeUndefined()
    expect(rule?.judge(ask(facts(), { count: 2 }))).toMatchObject({ rule: 'single-statement', statement: undefined })
    expect(rule?.judge(ask(facts(), { index: 1, count: 2 }))).toBeUndefined()
  })
})
