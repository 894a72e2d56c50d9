import { defineRule, NO_LIMITS, type Rule } from '../rule.ts'

/** `statement-timeout`: a statement runs for at most 30 seconds. */
export const statementTimeout: readonly Rule[] = [
  defineRule({ id: 'statement-timeout', action: 'limit', limits: { ...NO_LIMITS, timeoutMs: 30_000 } }),
]
