import { describe, expect, it } from 'vitest'
import { analyse, identity, policyOf } from './testdata/ask.ts'

const now = new Date(0)
const policy = policyOf(
  [{ id: 'agents', action: 'deny', when: { groups: [], users: [], kinds: ['mcp'] } }],
  ['read-only'],
)

describe('an explanation', () => {
  it('shows the facts, every rule and what became of it, and what would be allowed', () => {
    const explained = policy.explain({
      identity: identity(),
      connection: 'shop',
      analysis: analyse('delete from public.orders where id = lower($1)::int'),
      now,
    })
    expect(explained).toMatchObject({
      subject: 'alice',
      access: { granted: true },
      facts: [{ kind: 'delete', where: 'present', functions: [expect.stringContaining('lower')] }],
      rules: [
        { rule: 'read-only', set: 'read-only', concerned: true, findings: [{ action: 'deny' }] },
        { rule: 'agents', set: 'own', concerned: false, findings: [] },
      ],
      verdict: { action: 'deny' },
      allowed: ['Allowed effects: read, session, transaction.'],
    })
    expect(explained.facts).toMatchObject([
      { relations: expect.arrayContaining(['public.orders (write: all columns)']) },
    ])
  })

  it('shows why a text has no facts', () => {
    const explained = policy.explain({ identity: identity(), connection: 'shop', analysis: analyse('selec'), now })
    expect(explained.facts).toMatchObject({ code: 'syntax' })
    expect(explained.verdict.action).toBe('deny')
  })

  it('shows no rules to those who have no access', () => {
    const explained = policy.explain({
      identity: identity({ groups: [] }),
      connection: 'shop',
      analysis: analyse('select 1'),
      now,
    })
    expect(explained).toMatchObject({ access: { granted: false }, rules: [], verdict: { action: 'deny' } })
  })

  it('is plain data', () => {
    const explained = policy.explain({ identity: identity(), connection: 'shop', analysis: analyse('select 1'), now })
    expect(JSON.parse(JSON.stringify(explained))).toMatchObject({ facts: [{ effects: ['read'] }] })
  })
})
