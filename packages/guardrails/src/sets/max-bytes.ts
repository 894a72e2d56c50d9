import { defineRule, NO_LIMITS, type Rule } from '../rule.ts'

/** `max-bytes`: a result has at most 64 MiB. */
export const maxBytes: readonly Rule[] = [
  defineRule({ id: 'max-bytes', action: 'limit', limits: { ...NO_LIMITS, bytes: 64 * 1024 * 1024 } }),
]
