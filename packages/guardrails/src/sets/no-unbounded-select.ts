import { defineRule, type Rule } from '../rule.ts'

/** `no-unbounded-select`: a query of relations says how many rows it wants, at most 10,000. */
export const noUnboundedSelect: readonly Rule[] = [
  defineRule({ id: 'no-unbounded-select', action: 'deny', match: { unboundedAbove: 10_000 } }),
]
