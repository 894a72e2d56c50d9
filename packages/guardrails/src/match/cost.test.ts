import type { Estimate } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { compileRule } from '../compile.ts'
import { askAbout, type Estimates } from '../question.ts'
import { defineRule } from '../rule.ts'
import { denying, facts, relation } from '../testdata/facts.ts'

const rule = denying({ costAbove: 1000, relations: ['orders'] })

function messageOf(
  estimates: Estimates | undefined,
  statement = facts({ relations: [relation('orders')] }),
): string | undefined {
  return rule.judge(askAbout(statement, { index: 0, count: 1, nowMs: 0, estimates }))?.message
}

describe('a statement', () => {
  test('matches above the cost, not at it', () => {
    expect(messageOf([{ cost: 1000, rows: 1 }])).toBeUndefined()
    expect(messageOf([{ cost: 1000.01, rows: 1 }])).toContain("costs more than 1000 by the planner's estimate")
  })

  test('matches when the planner was not asked, or had no answer', () => {
    expect(messageOf(undefined)).toContain('may cost more than 1000 (no planner was asked)')
    expect(messageOf([{ failure: 'relation "orders" does not exist' }])).toContain('(relation "orders" does not exist)')
    expect(messageOf([undefined])).toBeDefined()
  })

  test('matches when its cost is no number', () => {
    for (const cost of [Number.NaN, Number.POSITIVE_INFINITY]) expect(messageOf([{ cost, rows: 0 }])).toBeDefined()
  })

  test('is told the limit, never what the planner knows', () => {
    const told: Estimate = { cost: 123_456, rows: 789 }
    expect(messageOf([told])).not.toMatch(/123|456|789/)
  })

  test('has no cost before it runs, nor when it is none that is planned', () => {
    expect(messageOf('later')).toBeUndefined()
    for (const kind of ['set', 'begin', 'create-table', 'prepare', 'fetch']) {
      expect(messageOf(undefined, facts({ kind, relations: [relation('orders')] }))).toBeUndefined()
    }
  })

  test('that is prepared costs when it is executed; a cursor when it is declared', () => {
    const held = facts({ relations: [relation('orders')] })
    const prepare = facts({
      kind: 'prepare',
      relations: held.relations,
      session: { type: 'prepare', name: 's', statement: held },
    })
    expect(messageOf(undefined, prepare)).toBeUndefined()
    const declare = facts({
      kind: 'declare',
      relations: held.relations,
      session: { type: 'declare', name: 'c', statement: held },
    })
    expect(messageOf([{ cost: 5000, rows: 1 }], declare)).toBeDefined()
    expect(messageOf([{ cost: 5, rows: 1 }], declare)).toBeUndefined()
  })

  test('that copies out is planned, and one that copies in is not', () => {
    const copy = (direction: 'in' | 'out'): ReturnType<typeof facts> =>
      facts({ kind: 'copy', relations: [relation('orders')], session: { type: 'copy', direction, format: 'text' } })
    expect(messageOf(undefined, copy('out'))).toBeDefined()
    expect(messageOf(undefined, copy('in'))).toBeUndefined()
  })

  test('of MySQL that no planner takes, and that can read, costs more than any limit', () => {
    const asked = (kind: string, ...names: readonly string[]): string | undefined =>
      messageOf(
        [{ failure: 'it is not planned' }],
        facts({ dialect: 'mysql', kind, relations: ['orders', ...names].map((name) => relation(name)) }),
      )
    for (const kind of ['do', 'set', 'call', 'handler-read', 'set-statement', 'begin-not-atomic', 'show-tables']) {
      expect(asked(kind)).toContain('it is not planned')
    }
    for (const kind of ['show-columns', 'show-create', 'show-indexes']) {
      expect(asked(kind)).toBeUndefined()
      expect(asked(kind, 'customers')).toBeDefined()
      const predicates = [{ relation: 'orders', column: 'total', use: 'comparison' }] as const
      const query = facts({ dialect: 'mysql', kind, relations: [relation('orders')], predicates })
      expect(messageOf([{ failure: 'it is not planned' }], query)).toBeDefined()
    }
    for (const kind of ['create-view', 'alter-table', 'checksum-table', 'describe']) expect(asked(kind)).toBeUndefined()
  })

  test('matches nothing when the rest of the rule does not match', () => {
    expect(messageOf(undefined, facts({ relations: [relation('customers')] }))).toBeUndefined()
  })
})

test('an allow rule cannot rest on a cost', () => {
  expect(() => compileRule(defineRule({ id: 'r', action: 'allow', match: { costAbove: 1 } }))).toThrow(
    expect.objectContaining({ code: 'rule', key: 'costAbove' }),
  )
})
