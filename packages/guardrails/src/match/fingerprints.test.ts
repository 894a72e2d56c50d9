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

  it('lets an EXECUTE pass only with the statement behind it', () => {
    const rule = allowing({ fingerprints: ['run', 'known'] })
    const run = facts({ fingerprint: 'run', effects: ['unknown'], session: { type: 'execute', name: 'p' } })
    const names = (fingerprint: string): { prepared: () => ReturnType<typeof facts>[]; cursor: () => never[] } => ({
      prepared: () => [facts({ fingerprint })],
      cursor: () => [],
    })
    expect(rule.judge(ask(run, { names: names('known') }))).toBeDefined()
    expect(rule.judge(ask(run, { names: names('other') }))).toBeUndefined()
    expect(rule.judge(ask(run))).toBeUndefined()
  })
})
