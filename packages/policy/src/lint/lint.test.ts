import { ACTIONS, EFFECTS } from '@sallyport/core'
import { BUILT_IN_SETS, defineRule, type Audience, type Match, type Rule } from '@sallyport/guardrails'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy.ts'
import { connection, identity, verdictOn } from '../testdata/ask.ts'
import { lintPolicy } from './lint.ts'

const users = (...names: readonly string[]): Audience => ({ users: names, groups: [], kinds: [] })
const groups = (...names: readonly string[]): Audience => ({ users: [], groups: names, kinds: [] })

function warningsOf(
  rules: readonly (Partial<Rule> & Pick<Rule, 'id' | 'action'>)[],
  sets: readonly string[] = [],
): readonly string[] {
  return lintPolicy({
    sets: { own: rules.map(defineRule) },
    connections: [connection({ sets: [...sets, 'own'] })],
  }).map(({ code, message }) => `${code}: ${message}`)
}

describe('a policy', () => {
  test('that means what it says has no warnings', () => {
    expect(
      warningsOf([
        { id: 'no-hr', action: 'deny', match: { relations: ['hr.*'] } },
        { id: 'rows', action: 'limit', limits: { rows: 10, bytes: undefined, timeoutMs: undefined } },
        { id: 'writes', action: 'approve', match: { effects: ['write'] }, when: groups('dev'), unless: groups('dba') },
      ]),
    ).toEqual([])
  })

  test('names the set that no connection uses', () => {
    const sets = { spare: [defineRule({ id: 'a', action: 'deny' })] }
    expect(lintPolicy({ sets, connections: [] })).toEqual([
      { code: 'unused-set', message: 'No connection uses the rule set spare.', path: ['sets', 'spare'] },
    ])
  })
})

describe('a rule that never matches is named', () => {
  test.each<[string, Partial<Rule>]>([
    ['a kind that no statement has', { match: { kinds: ['drop_table'] } }],
    ['something that is no fingerprint', { match: { fingerprints: ['select 1'] } }],
    [
      'the same hours inside and outside',
      {
        match: {
          during: [{ days: [1], from: '09:00', to: '17:00', zone: 'UTC' }],
          outside: [{ days: [1], from: '09:00', to: '17:00', zone: 'UTC' }],
        },
      },
    ],
    ['an audience that is left out', { when: users('bob'), unless: users('bob', 'carol') }],
    ['an audience that has no access', { when: { users: [], groups: ['dev'], kinds: ['mcp'] } }],
  ])('%s', (_what, part) => {
    const rule = defineRule({ id: 'r', action: 'deny', ...part })
    const access = { groups: ['dev'], users: [], kinds: ['human' as const] }
    const found = lintPolicy({ sets: { own: [rule] }, connections: [connection({ sets: ['own'], access })] })
    expect(found.map(({ code }) => code)).toEqual(['never-matches'])
  })

  test('a set in use for nobody', () => {
    const use = { set: 'read-only', when: users('bob'), unless: undefined }
    const found = lintPolicy({
      sets: {},
      connections: [{ ...connection(), access: users('alice'), guardrails: [use] }],
    })
    expect(found.map(({ path }) => path)).toContainEqual(['connections', 0, 'guardrails', 0])
  })
})

describe('a shadowed rule is named', () => {
  test.each<[string, Match, Match]>([
    ['fewer effects', { effects: ['write', 'ddl'] }, { effects: ['write'] }],
    ['the same with one more key', { effects: ['write'] }, { effects: ['write'], relations: ['hr.*'] }],
    ['some of the relations', { relations: ['hr.*', 'pay.*'] }, { relations: ['pay.*'], access: 'write' }],
    ['a higher bound', { unboundedAbove: 100 }, { unboundedAbove: 1000 }],
    ['anything, after everything', {}, { kinds: ['drop-*'] }],
  ])('%s', (_what, wide, narrow) => {
    const both = (action: Rule['action']): readonly string[] =>
      warningsOf([
        { id: 'wide', action: 'deny', match: wide },
        { id: 'narrow', action, match: narrow },
      ])
    expect(both('deny')).toEqual([
      'shadowed: On the connection shop the rule narrow decides nothing: whatever it matches, wide settles.',
    ])
    expect(both('approve')).toHaveLength(1)
  })

  test('within built-in sets', () => {
    expect(warningsOf([{ id: 'other', action: 'warn', match: { kinds: ['copy'] } }], ['read-only', 'no-ddl'])).toEqual([
      'shadowed: On the connection shop the rule no-ddl decides nothing: whatever it matches, read-only settles.',
    ])
  })

  test('of two that are alike only the later', () => {
    const alike = { action: 'deny', match: { effects: ['dcl'] } } as const
    expect(
      warningsOf([
        { id: 'one', ...alike },
        { id: 'two', ...alike },
      ]),
    ).toEqual([expect.stringContaining('the rule two decides nothing')])
  })

  test.each<[string, Partial<Rule>, Partial<Rule>]>([
    ['the wide one only observes', { observe: true }, {}],
    ['the narrow one observes', {}, { observe: true }],
    ['the wide one is for some', { when: groups('dev') }, {}],
    ['the wide one leaves some out', { unless: groups('dba') }, {}],
    ['the wide one is milder', { action: 'approve' }, {}],
    ['unknown effects are left to the narrow one', { match: { effects: ['write'], unknown: false } }, {}],
  ])('but not when %s', (_when, wide, narrow) => {
    const rules = [
      { id: 'wide', action: 'deny' as const, match: { effects: ['write' as const] }, ...wide },
      { id: 'narrow', action: 'deny' as const, match: { effects: ['write' as const], kinds: ['delete'] }, ...narrow },
    ]
    expect(warningsOf(rules)).toEqual([])
  })

  test('never where leaving it out would change a verdict', () => {
    const texts = [
      'SELECT 1',
      'SELECT * FROM hr.pay',
      'DELETE FROM hr.pay',
      'DROP TABLE t',
      'SELECT f()',
      'SET role x',
      'COPY t TO STDOUT',
    ]
    const match = fc.record(
      {
        effects: fc.uniqueArray(fc.constantFrom(...EFFECTS), { minLength: 1, maxLength: 4 }),
        kinds: fc.uniqueArray(fc.constantFrom('select', 'delete', 'drop-*', '*', 'set'), { minLength: 1 }),
        relations: fc.uniqueArray(fc.constantFrom('hr.*', 'pay', 't', '*'), { minLength: 1 }),
      },
      { requiredKeys: [] },
    )
    const rule = fc.record({ action: fc.constantFrom(...ACTIONS), match, observe: fc.boolean() })
    fc.assert(
      fc.property(fc.array(rule, { minLength: 2, maxLength: 4 }), (parts) => {
        const rules = parts.map((part, index) =>
          defineRule({
            id: `r${index}`,
            ...part,
            limits: { rows: part.action === 'limit' ? 10 + index : undefined, bytes: undefined, timeoutMs: undefined },
          }),
        )
        const config = (own: readonly Rule[]): Parameters<typeof lintPolicy>[0] => ({
          sets: { own },
          connections: [connection({ sets: ['own'] })],
        })
        const named = lintPolicy(config(rules)).filter(({ code }) => code === 'shadowed')
        for (const { message } of named) {
          const id = /the rule (r\d)/.exec(message)?.[1]
          // The last allow rule is more than a rule: without it, there is no list.
          const left = rules.filter((one) => one.id !== id)
          if (rules.find((one) => one.id === id)?.action === 'allow') continue
          for (const text of texts) {
            const before = verdictOn(compilePolicy(config(rules)), text, { identity: identity() })
            const after = verdictOn(compilePolicy(config(left)), text, { identity: identity() })
            // What does not run has no limits.
            const limits = before.action === 'deny' ? after.limits : before.limits
            expect([text, after.action, after.limits]).toEqual([text, before.action, limits])
          }
        }
      }),
      { interruptAfterTimeLimit: 2500 },
    )
  })
})

test('no built-in set shadows its own rules', () => {
  for (const set of BUILT_IN_SETS.keys()) {
    expect(lintPolicy({ sets: {}, connections: [connection({ sets: [set] })] })).toEqual([])
  }
})
