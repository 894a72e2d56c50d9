import { describe, expect, it } from 'vitest'
import { allowing, ask, denying, facts } from '../testdata/facts.ts'

describe('a rule over fingerprints', () => {
  it('matches exactly', () => {
    expect(allowing({ fingerprints: ['abc'] }).judge(ask(facts({ fingerprint: 'abc' })))).toBeDefined()
    expect(allowing({ fingerprints: ['abc'] }).judge(ask(facts({ fingerprint: 'abcd' })))).toBeUndefined()
    expect(denying({ fingerprints: ['abc'] }).judge(ask(facts({ fingerprint: 'abc' })))).toBeDefined()
  })

  it('never lets pass a statement that can hide code in a literal', () => {
    const block = facts({ kind: 'do', fingerprint: 'abc', effects: ['procedural', 'unknown'] })
    expect(allowing({ fingerprints: ['abc'] }).judge(ask(block))).toBeUndefined()
  })

  it('lets a PREPARE pass only with the statement that it holds', () => {
    const rule = allowing({ fingerprints: ['prepare', 'known'] })
    const prepare = (fingerprint: string): ReturnType<typeof facts> =>
      facts({ fingerprint: 'prepare', session: { type: 'prepare', name: 'p', statement: facts({ fingerprint }) } })
    expect(rule.judge(ask(prepare('known')))).toBeDefined()
    expect(rule.judge(ask(prepare('other')))).toBeUndefined()
  })
})
