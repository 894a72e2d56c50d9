import { describe, expect, it } from 'vitest'
import { ask, denying, facts } from '../testdata/facts.ts'

describe('a rule over kinds', () => {
  it('matches by pattern', () => {
    const rule = denying({ kinds: ['drop-*', 'truncate'] })
    expect(rule.judge(ask(facts({ kind: 'drop-table' })))?.message).toContain('is drop-table')
    expect(rule.judge(ask(facts({ kind: 'truncate' })))).toBeDefined()
    expect(rule.judge(ask(facts({ kind: 'create-table' })))).toBeUndefined()
  })

  it('matches the statement that a PREPARE holds', () => {
    const inner = facts({ kind: 'delete' })
    const prepare = facts({ kind: 'prepare', session: { type: 'prepare', name: 'p', statement: inner } })
    expect(denying({ kinds: ['delete'] }).judge(ask(prepare))).toBeDefined()
  })
})
