import { describe, expect, it } from 'vitest'
import { compileRule } from './compile.ts'
import { GuardrailError } from './errors.ts'
import { defineRule, NO_LIMITS, type Rule } from './rule.ts'
import { allowing, ask, denying, facts, relation } from './testdata/facts.ts'

describe('a compiled rule', () => {
  it('matches when every key holds', () => {
    const rule = denying({ effects: ['write'], relations: ['audit'], where: ['absent'] })
    const statement = facts({ effects: ['write'], relations: [relation('audit', 'write')], where: 'absent' })
    expect(rule.judge(ask(statement))?.message).toBe(
      'This connection does not allow a statement that changes or locks rows and has no WHERE and writes audit.',
    )
    expect(rule.judge(ask({ ...statement, where: 'present' }))).toBeUndefined()
  })

  it('says what the operator says, where the operator says it', () => {
    const rule = compileRule(
      defineRule({ id: 'x', action: 'deny', message: 'Ask Bob.', hint: 'Or Eve.', observe: true }),
    )
    expect(rule.judge(ask(facts(), { index: 3, count: 4 }))).toEqual({
      rule: 'x',
      action: 'deny',
      message: 'Ask Bob.',
      hint: 'Or Eve.',
      statement: 3,
      observed: true,
    })
  })

  it('asks about what a PREPARE or DECLARE holds', () => {
    const holding = (statement: ReturnType<typeof facts>): ReturnType<typeof facts> =>
      facts({ kind: 'declare', effects: ['session'], session: { type: 'declare', name: 'c', statement } })
    const rule = allowing({ effects: ['read', 'session'] })
    expect(denying({ effects: ['write'] }).judge(ask(holding(facts({ effects: ['write'] }))))).toBeDefined()
    expect(rule.judge(ask(holding(facts())))).toBeDefined()
    expect(rule.judge(ask(holding(facts({ effects: ['write'] }))))).toBeUndefined()
  })

  it.each<Partial<Rule>>([
    { action: 'limit' },
    { action: 'limit', limits: { ...NO_LIMITS, timeoutMs: 0 } },
    { action: 'limit', limits: { ...NO_LIMITS, rows: Number.NaN } },
    { action: 'deny', limits: { ...NO_LIMITS, rows: 1 } },
    { action: 'allow', match: { where: ['present'] } },
    { action: 'allow', match: { severalStatements: true } },
    { action: 'allow', match: { unboundedAbove: 1 } },
    { action: 'allow', match: { effects: ['read'], unknown: false } },
    { action: 'allow', match: { relations: ['*'], access: 'read' } },
    { action: 'deny', match: { access: 'read' } },
    { action: 'deny', match: { unknown: false } },
  ])('is none when the rule contradicts itself: %j', (part) => {
    expect(() => compileRule(defineRule({ id: 'r', action: 'deny', ...part }))).toThrow(GuardrailError)
  })
})
