import { defineRule, type Rule } from '../rule.ts'

/** `no-file-or-network`: nothing leaves or enters the database but over the session itself. */
export const noFileOrNetwork: readonly Rule[] = [
  defineRule({ id: 'no-file-or-network', action: 'deny', match: { effects: ['file', 'network'] } }),
]
