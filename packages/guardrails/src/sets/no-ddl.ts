import { defineRule, type Rule } from '../rule.ts'

/** `no-ddl`: objects stay as they are. */
export const noDdl: readonly Rule[] = [defineRule({ id: 'no-ddl', action: 'deny', match: { effects: ['ddl'] } })]
