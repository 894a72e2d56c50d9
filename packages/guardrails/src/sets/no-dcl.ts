import { defineRule, type Rule } from '../rule.ts'

/** `no-dcl`: roles and rights stay as they are. */
export const noDcl: readonly Rule[] = [defineRule({ id: 'no-dcl', action: 'deny', match: { effects: ['dcl'] } })]
