import { describe, expect, it } from 'vitest'
import { refusalOf } from './refusal.ts'
import { policyOf, verdictOn } from './testdata/ask.ts'

describe('a refusal', () => {
  it('is none for what is let pass', () => {
    expect(refusalOf(verdictOn(policyOf([{ id: 'w', action: 'warn' }]), 'select 1'))).toBeUndefined()
  })

  it('names the rules, the sentence of the first, and what would be allowed', () => {
    const verdict = verdictOn(policyOf([], ['read-only', 'require-where']), 'delete from orders')
    expect(refusalOf(verdict)).toEqual({
      sqlState: '42501',
      message: 'This connection does not allow a statement that changes or locks rows.',
      detail: 'Refused by Sallyport, rules read-only, require-where.',
      hint: 'Allowed effects: read, session, transaction. Name the rows in a WHERE that does not hold for all of them.',
    })
  })

  it('says that approvals are not available yet', () => {
    const verdict = verdictOn(policyOf([{ id: 'ask', action: 'approve', message: 'Ask a DBA.' }]), 'select 1')
    expect(refusalOf(verdict)).toMatchObject({
      message: 'Ask a DBA. Approvals are not available yet, so it is refused.',
      detail: 'Refused by Sallyport, rule ask.',
    })
  })

  it('does not name what is merely observed', () => {
    const policy = policyOf([
      { id: 'seen', action: 'deny', observe: true },
      { id: 'real', action: 'deny' },
    ])
    expect(refusalOf(verdictOn(policy, 'select 1'))?.detail).toBe('Refused by Sallyport, rule real.')
  })
})
