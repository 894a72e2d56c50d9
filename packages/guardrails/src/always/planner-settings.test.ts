import { expect, test } from 'vitest'
import { ask, facts, set } from '../testdata/facts.ts'
import { plannerSettings } from './planner-settings.ts'

const judged = (name: string, value: Parameters<typeof set>[1]): string | undefined =>
  plannerSettings.judge(ask(facts({ kind: 'set', effects: ['session'], session: set(name, value) })))?.rule

test('what the planner counts with stays as it is', () => {
  for (const name of ['seq_page_cost', 'CPU_TUPLE_COST', 'cursor_tuple_fraction', 'optimizer_switch']) {
    expect(judged(name, '0')).toBe('planner-settings')
  }
})

test('what has no part in it may change, and everything may go back to how the session began', () => {
  expect(judged('application_name', 'x')).toBeUndefined()
  expect(judged('seq_page_cost', { is: 'default' })).toBeUndefined()
})
