import { defineRule, type Rule } from '../rule.ts'

/** `no-session-escape`: a session keeps its time limits, its role, its read-only state and its search path. */
export const noSessionEscape: readonly Rule[] = [
  defineRule({
    id: 'no-session-escape',
    action: 'deny',
    match: {
      settings: [
        'statement_timeout',
        'transaction_timeout',
        'idle_session_timeout',
        'idle_in_transaction_session_timeout',
        'role',
        'session_authorization',
        'session_replication_role',
        'row_security',
        'transaction_read_only',
        'default_transaction_read_only',
        'search_path',
        // MySQL and MariaDB.
        'sql_mode',
        'sql_log_bin',
        'max_execution_time',
        'max_statement_time',
        'tx_read_only',
      ],
    },
  }),
]
