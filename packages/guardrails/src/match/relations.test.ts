import { describe, expect, it } from 'vitest'
import { allowing, ask, denying, facts, relation } from '../testdata/facts.ts'

describe('a rule over relations', () => {
  it('matches when one of them does', () => {
    const statement = facts({ relations: [relation('public.orders'), relation('hr.salaries', 'write')] })
    expect(denying({ relations: ['hr.*'] }).judge(ask(statement))?.message).toContain('writes hr.salaries')
    expect(denying({ relations: ['hr.people'] }).judge(ask(statement))).toBeUndefined()
  })

  it('matches a relation whose schema nobody knows', () => {
    expect(
      denying({ relations: ['hr.salaries'] }).judge(ask(facts({ relations: [relation('salaries')] }))),
    ).toBeDefined()
  })

  it('can be narrowed to reads or writes', () => {
    const rule = denying({ relations: ['audit'], access: 'write' })
    expect(rule.judge(ask(facts({ relations: [relation('public.audit')] })))).toBeUndefined()
    expect(rule.judge(ask(facts({ relations: [relation('public.audit', 'write')] })))).toBeDefined()
  })

  it('matches a statement that may touch anything', () => {
    expect(denying({ relations: ['hr.*'] }).judge(ask(facts({ effects: ['unknown'] })))).toBeDefined()
  })

  it('lets pass only when every relation is listed for certain', () => {
    const rule = allowing({ relations: ['public.*'] })
    expect(rule.judge(ask(facts({ relations: [relation('public.a'), relation('public.b', 'write')] })))).toBeDefined()
    expect(rule.judge(ask(facts({ relations: [relation('public.a'), relation('hr.b')] })))).toBeUndefined()
    expect(rule.judge(ask(facts({ relations: [relation('a')] })))).toBeUndefined()
    expect(rule.judge(ask(facts({ effects: ['unknown'] })))).toBeUndefined()
  })
})
