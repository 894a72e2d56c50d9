import * as fc from 'fast-check'
import { EFFECTS } from '@sallyport/core'
import { describe, expect, it } from 'vitest'
import { allowing, ask, call, denying, facts } from '../testdata/facts.ts'

describe('a rule over effects', () => {
  it('matches a statement with one of them', () => {
    const rule = denying({ effects: ['write', 'ddl'] })
    expect(rule.judge(ask(facts({ effects: ['read', 'write'] })))?.message).toBe(
      'This connection does not allow a statement that changes or locks rows.',
    )
    expect(rule.judge(ask(facts({ effects: ['read', 'session'] })))).toBeUndefined()
  })

  it('matches what cannot be told, unless it says otherwise', () => {
    expect(denying({ effects: ['ddl'] }).judge(ask(facts({ effects: ['unknown'] })))).toBeDefined()
    expect(denying({ effects: ['ddl'], unknown: false }).judge(ask(facts({ effects: ['unknown'] })))).toBeUndefined()
  })

  it('takes a statement without effects for one that cannot be told', () => {
    expect(denying({ effects: ['ddl'] }).judge(ask(facts({ effects: [] })))).toBeDefined()
  })

  it('names the functions that bring the effect', () => {
    const statement = facts({
      effects: ['read', 'unknown'],
      functions: [call('lower', 'read'), call('app.f', 'unknown')],
    })
    expect(denying({ effects: ['write'] }).judge(ask(statement))?.message).toContain('(app.f())')
  })

  it('says what would be allowed', () => {
    const hint = denying({ effects: ['write', 'ddl', 'dcl', 'file', 'network', 'admin', 'procedural'] }).judge(
      ask(facts({ effects: ['write'] })),
    )?.hint
    expect(hint).toBe('Allowed effects: read, session, transaction.')
  })

  it('lets pass only what does nothing else', () => {
    const rule = allowing({ effects: ['read', 'transaction'] })
    expect(rule.judge(ask(facts({ effects: ['read'] })))).toBeDefined()
    expect(rule.judge(ask(facts({ effects: ['read', 'write'] })))).toBeUndefined()
    expect(rule.judge(ask(facts({ effects: ['read', 'unknown'] })))).toBeUndefined()
  })

  it('holds back or lets pass every set of effects, never both or neither for opposite lists', () => {
    fc.assert(
      fc.property(fc.subarray([...EFFECTS], { minLength: 1 }), fc.subarray([...EFFECTS]), (effects, listed) => {
        const others = EFFECTS.filter((effect) => !listed.includes(effect))
        const allowed = allowing({ effects: listed }).judge(ask(facts({ effects }))) !== undefined
        const denied = denying({ effects: others, unknown: false }).judge(ask(facts({ effects }))) !== undefined
        expect(allowed).toBe(!denied)
      }),
      { numRuns: 300 },
    )
  })
})
