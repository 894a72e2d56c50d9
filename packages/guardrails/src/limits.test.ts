import { describe, expect, it } from 'vitest'
import { compileRule } from './compile.ts'
import { describeLimits, mergeLimits } from './limits.ts'
import { defineRule, NO_LIMITS } from './rule.ts'
import { ask, facts } from './testdata/facts.ts'

describe('limits', () => {
  it('merge to the smaller of each', () => {
    const one = { rows: 10, bytes: undefined, timeoutMs: 500 }
    const other = { rows: 20, bytes: 1000, timeoutMs: undefined }
    expect(mergeLimits(one, other)).toEqual({ rows: 10, bytes: 1000, timeoutMs: 500 })
    expect(mergeLimits(NO_LIMITS, NO_LIMITS)).toEqual(NO_LIMITS)
  })

  it('read as a sentence', () => {
    expect(describeLimits({ rows: 10, bytes: undefined, timeoutMs: 500 })).toBe('at most 10 rows, 500 ms')
  })

  it('are found on every statement, or on those that match', () => {
    const limits = { ...NO_LIMITS, rows: 10 }
    const all = compileRule(defineRule({ id: 'max-rows', action: 'limit', limits }))
    expect(all.judge(ask(facts()))).toMatchObject({ action: 'limit', message: 'Results have at most 10 rows.' })
    const some = compileRule(defineRule({ id: 'max-rows', action: 'limit', limits, match: { kinds: ['copy'] } }))
    expect(some.judge(ask(facts()))).toBeUndefined()
  })
})
