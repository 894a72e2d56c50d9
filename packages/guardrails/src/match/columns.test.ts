import { describe, expect, it } from 'vitest'
import { allowing, ask, denying, facts, relation } from '../testdata/facts.ts'

const people = (...columns: readonly string[]): ReturnType<typeof facts> =>
  facts({ relations: [relation('hr.people', 'read', columns)] })

describe('a rule over columns', () => {
  it('matches a column in any of its spellings', () => {
    const rule = denying({ columns: ['hr.people.ssn'] })
    expect(rule.judge(ask(people('name', 'SSN')))?.message).toContain('touches hr.people.SSN')
    expect(rule.judge(ask(people('name')))).toBeUndefined()
    expect(denying({ columns: ['people.ssn'] }).judge(ask(people('ssn')))).toBeDefined()
  })

  it('matches a relation of which every column may be touched', () => {
    expect(
      denying({ columns: ['hr.people.ssn'] }).judge(ask(facts({ relations: [relation('hr.people')] }))),
    ).toBeDefined()
    expect(
      denying({ columns: ['hr.people.ssn'] }).judge(ask(facts({ relations: [relation('hr.other')] }))),
    ).toBeUndefined()
  })

  it('matches a statement that may touch anything', () => {
    expect(denying({ columns: ['hr.people.ssn'] }).judge(ask(facts({ effects: ['unknown'] })))).toBeDefined()
  })

  it('lets pass only listed columns', () => {
    const rule = allowing({ columns: ['hr.people.name', 'hr.people.id'] })
    expect(rule.judge(ask(people('id', 'name')))).toBeDefined()
    expect(rule.judge(ask(people('id', 'ssn')))).toBeUndefined()
    expect(rule.judge(ask(facts({ relations: [relation('hr.people')] })))).toBeUndefined()
  })
})
