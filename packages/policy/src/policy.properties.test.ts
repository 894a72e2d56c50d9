import * as fc from 'fast-check'
import {
  ACTIONS,
  EFFECTS,
  type Action,
  type Analysis,
  type SessionChange,
  type SettingValue,
  type Statement,
} from '@sallyport/core'
import { defineRule, type Match, type Rule } from '@sallyport/guardrails'
import { describe, expect, it } from 'vitest'
import { compilePolicy, type Policy } from './policy.ts'
import { connection, identity } from './testdata/ask.ts'

const names = fc.constantFrom('orders', 'Orders', 'people', 'pg_catalog', 'x', '')
const effects = fc.subarray([...EFFECTS])

const statement: fc.Arbitrary<Statement> = fc.record<Statement>({
  dialect: fc.constantFrom<Statement['dialect'][]>('postgres', 'mysql'),
  kind: fc.constantFrom('select', 'delete', 'set', 'execute'),
  effects: effects.map((list) => new Set(list)),
  relations: fc.array(
    fc.record({
      schema: fc.option(names, { nil: undefined }),
      name: names,
      access: fc.constantFrom('read' as const, 'write' as const),
      columns: fc.oneof(fc.constant('all' as const), fc.array(names, { maxLength: 2 })),
    }),
    { maxLength: 3 },
  ),
  functions: fc.array(
    fc.record({
      schema: fc.option(names, { nil: undefined }),
      name: fc.constantFrom('lower', 'set_config', 'f'),
      effects: effects.map((list) => new Set(list)),
    }),
    { maxLength: 2 },
  ),
  where: fc.constantFrom<Statement['where'][]>('none', 'absent', 'always-true', 'present'),
  limit: fc.constantFrom<Statement['limit'][]>(1, 1e9, 'absent', 'unknown', 'none'),
  predicates: fc.constant('unknown'),
  fingerprint: fc.constantFrom('a', 'b'),
  output: fc.constant('unknown'),
  session: fc.option(
    fc.record<SettingChange>({
      type: fc.constant('set'),
      name: fc.constantFrom('role', 'search_path', '__proto__', 'datestyle'),
      value: fc.constantFrom<SettingValue[]>(
        'default',
        'unknown',
        { literal: 'on' },
        { literal: 'public, pg_catalog' },
      ),
      local: fc.boolean(),
    }),
    { nil: undefined },
  ),
  range: fc.constant({ start: 0, end: 0 }),
})

type SettingChange = SessionChange & { readonly type: 'set' }

const analysis: fc.Arbitrary<Analysis> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ ok: fc.constant(true), statements: fc.array(statement, { maxLength: 3 }) }) },
  fc.record({
    ok: fc.constant(false),
    failure: fc.record({ code: fc.constant('syntax'), message: fc.constant('m'), position: fc.constant(undefined) }),
  }),
)

const match: fc.Arbitrary<Match> = fc.record(
  {
    effects: fc.subarray([...EFFECTS], { minLength: 1 }),
    kinds: fc.constantFrom(['select'], ['*']),
    relations: fc.constantFrom(['orders'], ['*.people'], ['pg_catalog.*']),
    functions: fc.constantFrom(['lower'], ['set_*']),
    fingerprints: fc.constantFrom(['a'], ['b']),
    settings: fc.constantFrom(['role'], ['*']),
  },
  { requiredKeys: [] },
)

type Part = Pick<Rule, 'action' | 'match' | 'observe'>

const rules: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.record({
    action: fc.constantFrom<Action[]>('allow', 'warn', 'approve', 'deny'),
    match,
    observe: fc.boolean(),
  }),
  { maxLength: 5 },
)

const ask = (policy: Policy, asked: Analysis): ReturnType<Policy['decide']> =>
  policy.decide({ identity: identity(), connection: 'shop', analysis: asked, now: new Date(0) })

function policyOf(list: readonly Part[], sets: readonly string[] = []): Policy {
  const own = list.map((rule, index) => defineRule({ ...rule, id: `r${index}` }))
  return compilePolicy({ sets: { own }, connections: [connection({ sets: [...sets, 'own'] })] })
}

const severity = (action: Action): number => ACTIONS.indexOf(action)

describe('whatever the facts and the rules', () => {
  it('a verdict is the most severe finding in force, and that comes first', () => {
    fc.assert(
      fc.property(analysis, rules, (asked, list) => {
        const { action, findings } = ask(policyOf(list), asked)
        expect(findings.map(({ rule }) => rule)).not.toContain('guard-failure')
        const inForce = findings.filter(({ observed }) => !observed).map((finding) => severity(finding.action))
        expect(severity(action)).toBe(Math.max(0, ...inForce))
        expect(action === 'allow' ? action : findings[0]?.action).toBe(action)
      }),
      { numRuns: 200 },
    )
  })

  it('one more rule that holds back never makes a verdict milder, unless it takes over what cannot be told', () => {
    fc.assert(
      fc.property(analysis, rules, match, fc.constantFrom<Action[]>('warn', 'deny'), (asked, list, more, action) => {
        const before = ask(policyOf(list), asked).action
        const after = ask(policyOf([...list, { action, match: more, observe: false }]), asked).action
        expect(severity(after)).toBeGreaterThanOrEqual(severity(before))
      }),
      { numRuns: 200 },
    )
  })

  it('one more observed rule changes nothing', () => {
    fc.assert(
      fc.property(
        analysis,
        rules,
        match,
        fc.constantFrom<Action[]>('allow', 'warn', 'approve', 'deny'),
        (asked, list, more, action) => {
          const rule = { action, match: more, observe: true }
          expect(ask(policyOf([...list, rule]), asked).action).toBe(ask(policyOf(list), asked).action)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('read-only lets nothing pass that may do more than read', () => {
    fc.assert(
      fc.property(analysis, rules, (asked, list) => {
        if (ask(policyOf(list, ['read-only']), asked).action === 'deny') return
        expect(asked.ok).toBe(true)
        const all = asked.ok ? asked.statements.flatMap((one) => [...one.effects]) : []
        expect(all.filter((effect) => !['read', 'session', 'transaction'].includes(effect))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
