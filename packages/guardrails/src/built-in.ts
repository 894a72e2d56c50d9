import type { Rule } from './rule.ts'
import { maxBytes } from './sets/max-bytes.ts'
import { maxRows } from './sets/max-rows.ts'
import { noDcl } from './sets/no-dcl.ts'
import { noDdl } from './sets/no-ddl.ts'
import { noDynamicSql } from './sets/no-dynamic-sql.ts'
import { noFileOrNetwork } from './sets/no-file-or-network.ts'
import { noSessionEscape } from './sets/no-session-escape.ts'
import { noUnboundedSelect } from './sets/no-unbounded-select.ts'
import { readOnly } from './sets/read-only.ts'
import { requireWhere } from './sets/require-where.ts'
import { singleStatement } from './sets/single-statement.ts'
import { statementTimeout } from './sets/statement-timeout.ts'

/** The rule sets that a connection can name without defining them. */
export const BUILT_IN_SETS: ReadonlyMap<string, readonly Rule[]> = new Map([
  ['read-only', readOnly],
  ['no-ddl', noDdl],
  ['no-dcl', noDcl],
  ['require-where', requireWhere],
  ['no-unbounded-select', noUnboundedSelect],
  ['single-statement', singleStatement],
  ['no-file-or-network', noFileOrNetwork],
  ['no-dynamic-sql', noDynamicSql],
  ['no-session-escape', noSessionEscape],
  ['max-rows', maxRows],
  ['max-bytes', maxBytes],
  ['statement-timeout', statementTimeout],
])
