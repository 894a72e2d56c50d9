import { defineRule, type Rule } from '../rule.ts'

/** `require-where`: an UPDATE or DELETE says which rows it means, and does not mean all of them. */
export const requireWhere: readonly Rule[] = [
  defineRule({ id: 'require-where', action: 'deny', match: { where: ['absent', 'always-true'] } }),
]
