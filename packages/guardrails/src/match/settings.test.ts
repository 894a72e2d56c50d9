import { describe, expect, it } from 'vitest'
import { allowing, ask, call, denying, facts, set } from '../testdata/facts.ts'

const changing = (...change: Parameters<typeof set>): ReturnType<typeof facts> =>
  facts({ kind: 'set', effects: ['session'], session: set(...change) })

describe('a rule over settings', () => {
  const rule = denying({ settings: ['statement_timeout', '*transaction_read_only'] })

  it('matches a change of one of them', () => {
    expect(rule.judge(ask(changing('Statement_Timeout', '0')))?.message).toContain(
      'changes the setting statement_timeout',
    )
    expect(rule.judge(ask(changing('statement_timeout', { is: 'unknown' })))).toBeDefined()
    expect(rule.judge(ask(changing('datestyle', 'ISO')))).toBeUndefined()
  })

  it('looks at each of several assignments', () => {
    const several = (...changes: readonly ReturnType<typeof set>[]): ReturnType<typeof facts> =>
      facts({ kind: 'set', effects: ['session'], session: { type: 'several', changes } })
    expect(rule.judge(ask(several(set('a', '1'), set('statement_timeout', '0'))))).toBeDefined()
    expect(rule.judge(ask(several(set('a', '1'), set('transaction_read_only', 'on'))))).toBeUndefined()
    const only = allowing({ settings: ['a', 'b'] })
    expect(only.judge(ask(several(set('a', '1'), set('b', '1'))))).toBeDefined()
    expect(only.judge(ask(several(set('a', '1'), set('c', '1'))))).toBeUndefined()
  })

  it('leaves alone a return to what the session began with', () => {
    expect(rule.judge(ask(changing('statement_timeout', { is: 'default' })))).toBeUndefined()
    expect(rule.judge(ask(facts({ kind: 'reset', session: { type: 'reset-all' } })))).toBeUndefined()
  })

  it('takes the default of a transaction, and every default of MySQL, for a change', () => {
    expect(rule.judge(ask(changing('transaction_read_only', { is: 'default' })))).toBeDefined()
    expect(rule.judge(ask({ ...changing('statement_timeout', { is: 'default' }), dialect: 'mysql' }))).toBeDefined()
  })

  it.each(['on', 'true', 't', 'YES', '1', ' on '])('lets read-only be switched on with %s', (value) => {
    expect(rule.judge(ask(changing('transaction_read_only', value)))).toBeUndefined()
  })

  it.each(['off', 'false', 'o', '0', '', 'no', 'oN!'])('does not let read-only be set to %s', (value) => {
    expect(rule.judge(ask(changing('default_transaction_read_only', value)))).toBeDefined()
  })

  it('matches a set_config whose name the text does not tell', () => {
    const hidden = facts({ functions: [call('pg_catalog.set_config', 'session')], effects: ['unknown'] })
    expect(rule.judge(ask(hidden))?.message).toContain('changes a setting that its text does not tell')
    expect(rule.judge(ask({ ...hidden, session: set('datestyle', 'ISO') }))).toBeDefined()
  })

  it('lets pass a statement that changes only listed settings', () => {
    expect(allowing({ settings: ['datestyle'] }).judge(ask(changing('datestyle', 'ISO')))).toBeDefined()
    expect(allowing({ settings: ['datestyle'] }).judge(ask(changing('role', 'x')))).toBeUndefined()
    expect(allowing({ settings: ['datestyle'] }).judge(ask(facts()))).toBeDefined()
  })
})
