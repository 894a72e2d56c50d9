import { defineRule, type Rule } from '../rule.ts'

/** `read-only`: nothing changes but the session and its transaction. */
export const readOnly: readonly Rule[] = [
  defineRule({
    id: 'read-only',
    action: 'deny',
    match: { effects: ['write', 'ddl', 'dcl', 'procedural', 'file', 'network', 'admin', 'unknown'] },
  }),
]
