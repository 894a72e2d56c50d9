import { describe, expect, it } from 'vitest'
import { ask, denying, facts, relation } from '../testdata/facts.ts'

const query = (limit: ReturnType<typeof facts>['limit']): ReturnType<typeof facts> =>
  facts({ limit, relations: [relation('public.orders')] })

describe('a rule over row limits', () => {
  const rule = denying({ unboundedAbove: 100 })

  it('matches a query without a limit, with a larger one, or with one that only the server can tell', () => {
    expect(rule.judge(ask(query('absent')))?.hint).toBe('Add a LIMIT of at most 100, as a number in the text.')
    expect(rule.judge(ask(query(101)))?.message).toContain('asks for 101 rows')
    expect(rule.judge(ask(query('unknown')))).toBeDefined()
  })

  it('leaves alone what is bounded, has no rows, or reads no relation', () => {
    expect(rule.judge(ask(query(100)))).toBeUndefined()
    expect(rule.judge(ask(query('none')))).toBeUndefined()
    expect(rule.judge(ask(facts({ limit: 'absent' })))).toBeUndefined()
  })

  it('matches the query of a cursor', () => {
    const declare = facts({ kind: 'declare', session: { type: 'declare', name: 'c', statement: query('absent') } })
    expect(rule.judge(ask(declare))).toBeDefined()
  })
})
