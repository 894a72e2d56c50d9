import { describe, expect, it } from 'vitest'
import { compileRule } from '../compile.ts'
import { defineRule } from '../rule.ts'
import { ask, call, facts } from '../testdata/facts.ts'
import { takesUnknown, unknownEffects } from './unknown-effects.ts'

describe('effects that cannot be told', () => {
  it('are refused, with the function that brings them', () => {
    const statement = facts({ effects: ['read', 'unknown'], functions: [call('f', 'unknown')] })
    expect(unknownEffects.judge(ask(statement))?.message).toBe('The statement has effects that cannot be told (f()).')
    expect(unknownEffects.judge(ask(facts({ effects: ['write', 'ddl'] })))).toBeUndefined()
  })

  it('are refused when what is prepared cannot be told', () => {
    const prepare = facts({ effects: ['session'], session: { type: 'prepare', name: 'p', statement: 'unknown' } })
    expect(unknownEffects.judge(ask(prepare))).toBeDefined()
  })

  it('are taken over only by a rule in force that lists them', () => {
    const rule = (action: 'allow' | 'approve' | 'deny', observe = false, effects = ['unknown'] as const): boolean =>
      takesUnknown(compileRule(defineRule({ id: 'r', action, observe, match: { effects } })))
    expect([rule('allow'), rule('approve'), rule('deny'), rule('allow', true)]).toEqual([true, true, false, false])
    expect(takesUnknown(compileRule(defineRule({ id: 'r', action: 'allow' })))).toBe(false)
  })
})
