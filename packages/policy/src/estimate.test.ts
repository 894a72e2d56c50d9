import { describe, expect, test } from 'vitest'
import { policyOf, verdictOn } from './testdata/ask.ts'

const COST = { id: 'cost', action: 'deny', match: { costAbove: 100 } } as const

describe('a verdict that an estimate would decide', () => {
  const policy = policyOf([COST], ['no-ddl'])

  test('names the statements that it wants one of, and refuses until it has it', () => {
    const first = verdictOn(policy, 'BEGIN; SELECT 1; SET a = 1; DELETE FROM t')
    expect(first).toMatchObject({ action: 'deny', estimate: [1, 3] })
    const cheap = { cost: 1, rows: 1 }
    expect(
      verdictOn(policy, 'BEGIN; SELECT 1; SET a = 1; DELETE FROM t', {
        estimates: [undefined, cheap, undefined, cheap],
      }),
    ).toEqual({
      action: 'allow',
      findings: [],
      limits: { rows: undefined, bytes: undefined, timeoutMs: undefined },
    })
    expect(verdictOn(policy, 'SELECT 1', { estimates: [{ cost: 101, rows: 1 }] })).toMatchObject({ action: 'deny' })
    expect(verdictOn(policy, 'SELECT 1', { estimates: [{ cost: 101, rows: 1 }] }).estimate).toBeUndefined()
  })

  test('wants none for what is refused anyway, for what has no cost, and for what does not run yet', () => {
    expect(verdictOn(policy, 'CREATE TABLE t AS SELECT 1').estimate).toBeUndefined()
    expect(verdictOn(policy, 'SELEC 1').estimate).toBeUndefined()
    expect(verdictOn(policy, 'SET a = 1')).toMatchObject({ action: 'allow' })
    expect(verdictOn(policy, 'SELECT 1', { estimates: 'later' })).toMatchObject({ action: 'allow', findings: [] })
  })

  test('is refused with a reason when there is none to be had', () => {
    const { action, findings } = verdictOn(policy, 'SELECT 1', { estimates: [{ failure: 'the agent cannot say' }] })
    expect(action).toBe('deny')
    expect(findings[0]?.message).toBe(
      'This connection does not allow a statement that may cost more than 100 (the agent cannot say).',
    )
  })
})

test('a rule that only observes a cost wants the estimate and refuses nothing', () => {
  const policy = policyOf([{ ...COST, observe: true }])
  expect(verdictOn(policy, 'SELECT 1')).toMatchObject({ action: 'allow', estimate: [0] })
  expect(verdictOn(policy, 'SELECT 1', { estimates: [{ cost: 101, rows: 1 }] })).toMatchObject({
    action: 'allow',
    findings: [{ rule: 'cost', observed: true }],
  })
})

test('a cost above a limit can ask for an approval', () => {
  const policy = policyOf([{ ...COST, action: 'approve' }])
  expect(verdictOn(policy, 'SELECT 1', { estimates: [{ cost: 101, rows: 1 }] })).toMatchObject({ action: 'approve' })
})

test('a policy without a rule on costs wants no estimate', () => {
  expect(verdictOn(policyOf([], ['read-only']), 'SELECT 1').estimate).toBeUndefined()
})
