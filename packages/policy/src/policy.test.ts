import { NO_LIMITS } from '@sallyport/guardrails'
import { describe, expect, it } from 'vitest'
import { compilePolicy } from './policy.ts'
import { analyse, connection, identity, policyOf, verdictOn } from './testdata/ask.ts'

describe('a verdict', () => {
  it('is to allow, without limits, when nothing is found', () => {
    expect(verdictOn(policyOf([]), 'select 1')).toEqual({ action: 'allow', findings: [], limits: NO_LIMITS })
    expect(verdictOn(policyOf([]), '').action).toBe('allow')
  })

  it('is the most severe finding, which comes first', () => {
    const policy = policyOf([
      { id: 'w', action: 'warn' },
      { id: 'a', action: 'approve', match: { effects: ['write'] } },
      { id: 'd', action: 'deny', match: { kinds: ['delete'] } },
    ])
    expect(verdictOn(policy, 'select 1').action).toBe('warn')
    expect(verdictOn(policy, 'update t set a = 1 where id = 2').action).toBe('approve')
    const denied = verdictOn(policy, 'delete from t where id = 2')
    expect(denied.action).toBe('deny')
    expect(denied.findings.map(({ rule }) => rule)).toEqual(['d', 'a', 'w'])
  })

  it('is about the whole text: one statement is enough', () => {
    const verdict = verdictOn(policyOf([], ['read-only']), 'select 1; select 2; delete from t')
    expect(verdict.action).toBe('deny')
    expect(verdict.findings[0]).toMatchObject({ rule: 'read-only', statement: 2 })
  })

  it('has the smallest of all limits that match', () => {
    const policy = policyOf([
      { id: 'one', action: 'limit', limits: { ...NO_LIMITS, rows: 100, timeoutMs: 5000 } },
      { id: 'two', action: 'limit', limits: { ...NO_LIMITS, rows: 50 }, match: { relations: ['big'] } },
      { id: 'three', action: 'limit', limits: { ...NO_LIMITS, rows: 1 }, observe: true },
    ])
    expect(verdictOn(policy, 'select 1')).toMatchObject({ action: 'limit', limits: { rows: 100, timeoutMs: 5000 } })
    expect(verdictOn(policy, 'select * from big').limits).toEqual({ rows: 50, bytes: undefined, timeoutMs: 5000 })
  })

  it('takes no notice of what is merely observed, and records it', () => {
    const verdict = verdictOn(policyOf([{ id: 'd', action: 'deny', observe: true }]), 'select 1')
    expect(verdict.action).toBe('allow')
    expect(verdict.findings).toMatchObject([{ rule: 'd', action: 'deny', observed: true }])
  })

  it('is to deny what cannot be read, whatever the rules let pass', () => {
    const policy = policyOf([{ id: 'all', action: 'allow' }])
    expect(verdictOn(policy, 'selec 1')).toMatchObject({ action: 'deny', findings: [{ rule: 'unreadable' }] })
    expect(verdictOn(policy, 'select 1\0').action).toBe('deny')
  })

  it('is to deny what cannot be told, unless a rule that lists it lets it pass', () => {
    expect(verdictOn(policyOf([]), 'do $$ begin end $$').findings[0]?.rule).toBe('unknown-effects')
    expect(verdictOn(policyOf([{ id: 'all', action: 'allow' }]), 'do $$ begin end $$').action).toBe('deny')
    const listed = policyOf([{ id: 'all', action: 'allow', match: { effects: ['read', 'procedural', 'unknown'] } }])
    expect(verdictOn(listed, 'do $$ begin end $$').action).toBe('allow')
    expect(verdictOn(listed, 'create table t ()').action).toBe('deny')
    const asked = policyOf([{ id: 'ask', action: 'approve', match: { effects: ['unknown'] } }])
    expect(verdictOn(asked, 'do $$ begin end $$').action).toBe('approve')
  })

  it('is to deny an unsafe session, even where everything is allowed', () => {
    const policy = policyOf([{ id: 'all', action: 'allow', match: { effects: ['session', 'unknown'] } }])
    expect(verdictOn(policy, 'set standard_conforming_strings = off').findings[0]?.rule).toBe('session-safety')
    expect(verdictOn(policy, "set client_encoding = 'UTF8'").action).toBe('allow')
  })

  it('is to deny when something goes wrong', () => {
    const broken = {
      get ok(): never {
        throw new Error('broken')
      },
    } as never
    expect(verdictOn(policyOf([]), '', { analysis: broken })).toMatchObject({
      action: 'deny',
      findings: [{ rule: 'guard-failure' }],
    })
    expect(verdictOn(policyOf([]), 'select 1', { now: undefined as never }).action).toBe('deny')
  })
})

describe('an allow list', () => {
  const policy = policyOf([
    {
      id: 'own',
      action: 'allow',
      match: { relations: ['public.*'], effects: ['read', 'transaction'] },
      message: 'Listed only.',
    },
    { id: 'd', action: 'deny', match: { relations: ['public.secret'] } },
  ])

  it('refuses what it does not list, in the name of its first rule', () => {
    expect(verdictOn(policy, 'select 1').action).toBe('allow')
    expect(verdictOn(policy, 'begin').action).toBe('allow')
    expect(verdictOn(policy, 'select * from public.orders').action).toBe('allow')
    expect(verdictOn(policy, 'select * from hr.salaries')).toMatchObject({
      action: 'deny',
      findings: [{ rule: 'own', message: 'Listed only.' }],
    })
    expect(verdictOn(policy, 'insert into public.orders values (1)').action).toBe('deny')
  })

  it('gives way to a rule that denies', () => {
    expect(verdictOn(policy, 'select * from public.secret').action).toBe('deny')
  })

  it('has to list every statement of a text', () => {
    expect(verdictOn(policy, 'select 1; select * from hr.salaries').action).toBe('deny')
  })

  it('leaves nothing to those whom it does not concern', () => {
    const forDba = policyOf([{ id: 'own', action: 'allow', when: { groups: ['dba'], users: [], kinds: [] } }])
    expect(verdictOn(forDba, 'select 1').action).toBe('deny')
    expect(verdictOn(forDba, 'select 1', { identity: identity({ groups: ['dev', 'dba'] }) }).action).toBe('allow')
  })

  it('that is observed learns: it records what is new and lets it pass', () => {
    const analysis = analyse('select 1')
    const fingerprint = analysis.ok ? (analysis.statements[0]?.fingerprint ?? '') : ''
    const learning = policyOf([{ id: 'known', action: 'allow', match: { fingerprints: [fingerprint] }, observe: true }])
    expect(verdictOn(learning, 'select 2').findings).toMatchObject([{ rule: 'known', action: 'allow' }])
    expect(verdictOn(learning, 'select a from t')).toMatchObject({
      action: 'allow',
      findings: [{ rule: 'known', action: 'deny', observed: true }],
    })
  })
})

describe('rules for some', () => {
  const rules = [
    { id: 'agents', action: 'deny' as const, when: { groups: [], users: [], kinds: ['mcp' as const] } },
    {
      id: 'writes',
      action: 'deny' as const,
      match: { effects: ['write' as const] },
      unless: { groups: [], users: ['bob'], kinds: [] },
    },
  ]
  const policy = policyOf(rules)

  it('concern those whom when names, and not those whom unless names', () => {
    expect(verdictOn(policy, 'select 1').action).toBe('allow')
    expect(verdictOn(policy, 'select 1', { identity: identity({ kind: 'mcp' }) }).action).toBe('deny')
    expect(verdictOn(policy, 'insert into t values (1)').action).toBe('deny')
    expect(verdictOn(policy, 'insert into t values (1)', { identity: identity({ subject: 'bob' }) }).action).toBe(
      'allow',
    )
  })

  it('can be said of a whole set', () => {
    const guarded = compilePolicy({
      sets: {},
      connections: [
        connection({
          guardrails: [
            { set: 'read-only', when: { groups: ['contractors'], users: [], kinds: [] }, unless: undefined },
          ],
        }),
      ],
    })
    expect(verdictOn(guarded, 'create table t ()').action).toBe('allow')
    expect(
      verdictOn(guarded, 'create table t ()', { identity: identity({ groups: ['dev', 'contractors'] }) }).action,
    ).toBe('deny')
  })
})

describe('access', () => {
  const policy = compilePolicy({
    sets: {},
    connections: [
      connection({ name: 'b', access: { groups: ['dev'], users: [], kinds: [] } }),
      connection({ name: 'a', access: { groups: [], users: ['alice'], kinds: ['human'] } }),
      connection({ name: 'closed', access: undefined }),
    ],
  })

  it('is for the groups and users of the connection', () => {
    expect(policy.connectionsFor(identity())).toEqual(['a', 'b'])
    expect(policy.connectionsFor(identity({ subject: 'eve' }))).toEqual(['b'])
    expect(policy.connectionsFor(identity({ kind: 'service', groups: [] }))).toEqual([])
    expect(policy.access(identity(), 'a').granted).toBe(true)
  })

  it('is for nobody where the connection does not say, and to nothing that does not exist', () => {
    expect(policy.access(identity(), 'closed').granted).toBe(false)
    expect(policy.access(identity(), 'nothing').granted).toBe(false)
    expect(policy.access(identity(), '__proto__').granted).toBe(false)
  })

  it('is asked for at every statement', () => {
    for (const name of ['closed', 'nothing']) {
      expect(verdictOn(policy, 'select 1', { connection: name })).toMatchObject({
        action: 'deny',
        findings: [{ rule: 'access' }],
      })
    }
  })
})

describe('a policy that is wrong', () => {
  it('says everything that is wrong with it', () => {
    const wrong = {
      sets: {
        mine: [{ ...ruleOf('r'), match: { relations: ['a..b'] } }, ruleOf('access')],
        twice: [ruleOf('x'), ruleOf('x')],
      },
      connections: [connection({ sets: ['mine', 'nothing', 'twice'] }), connection()],
    }
    expect(() => compilePolicy(wrong)).toThrow(
      expect.objectContaining({
        name: 'PolicyError',
        code: 'rule',
        problems: [
          expect.objectContaining({ code: 'rule', path: ['sets', 'mine', 0, 'relations'] }),
          expect.objectContaining({ code: 'duplicate-id', path: ['connections', 0, 'guardrails', 0] }),
          expect.objectContaining({ code: 'unknown-set', path: ['connections', 0, 'guardrails', 1] }),
          expect.objectContaining({ code: 'duplicate-id', path: ['connections', 0, 'guardrails', 2] }),
          expect.objectContaining({ code: 'duplicate-connection', path: ['connections', 1, 'name'] }),
        ],
      }),
    )
  })

  function ruleOf(id: string): Parameters<typeof compilePolicy>[0]['sets'][string][number] {
    return {
      id,
      action: 'deny',
      match: {},
      limits: NO_LIMITS,
      message: undefined,
      hint: undefined,
      observe: false,
      when: undefined,
      unless: undefined,
    }
  }
})

describe('a set of the policy', () => {
  it('takes the place of the built-in one of its name', () => {
    const open = compilePolicy({ sets: { 'read-only': [] }, connections: [connection({ sets: ['read-only'] })] })
    expect(verdictOn(open, 'create table t ()').action).toBe('allow')
  })
})
