import { describe, expect, it } from 'vitest'
import { allowing, ask, call, denying, facts } from '../testdata/facts.ts'

describe('a rule over functions', () => {
  it('matches a call by pattern, whoever names the schema', () => {
    const rule = denying({ functions: ['pg_catalog.pg_sleep*'] })
    expect(rule.judge(ask(facts({ functions: [call('pg_sleep_for')] })))?.message).toContain('calls pg_sleep_for()')
    expect(rule.judge(ask(facts({ functions: [call('other.pg_sleep')] })))).toBeUndefined()
  })

  it('lets pass only listed functions', () => {
    const rule = allowing({ functions: ['pg_catalog.lower', 'upper'] })
    expect(rule.judge(ask(facts({ functions: [call('pg_catalog.lower'), call('upper')] })))).toBeDefined()
    expect(rule.judge(ask(facts({ functions: [call('lower')] })))).toBeUndefined()
    expect(rule.judge(ask(facts({ functions: [call('pg_catalog.lower'), call('f')] })))).toBeUndefined()
  })
})
