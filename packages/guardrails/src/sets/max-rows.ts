import { defineRule, NO_LIMITS, type Rule } from '../rule.ts'

/** `max-rows`: a result has at most 10,000 rows. */
export const maxRows: readonly Rule[] = [
  defineRule({ id: 'max-rows', action: 'limit', limits: { ...NO_LIMITS, rows: 10_000 } }),
]
